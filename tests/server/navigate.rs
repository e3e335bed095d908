use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::editor::{Editor, PLATFORM};

/// Where a request leads: the path and the text there, or the path alone where a file as a whole is meant.
fn places(editor: &mut Editor, found: &Value) -> Vec<String> {
    let found = found.as_array().unwrap().clone();
    let place = |location: &Value| {
        let path = editor.path_of(location["uri"].as_str().unwrap());
        let start = &location["range"]["start"];
        format!("{path}:{}:{}", start["line"], start["character"])
    };
    found.iter().map(place).collect()
}

fn open() -> Editor {
    let mut editor = Editor::new(PLATFORM);
    editor.open("services.pf");
    editor.open("platform.pf");
    editor
}

fn references(editor: &mut Editor, path: &str, word: &str, nth: usize) -> Vec<String> {
    let params = json!({
        "textDocument": { "uri": editor.uri(path) },
        "position": editor.position(path, word, nth),
        "context": { "includeDeclaration": true },
    });
    let found = editor.request("textDocument/references", params).unwrap();
    places(editor, &found)
}

#[test]
fn every_name_leads_to_what_it_stands_for() {
    let mut editor = open();
    let mut lead = |path: &str, word: &str, nth: usize| {
        let found = editor.at("textDocument/definition", path, word, nth);
        assert_eq!(editor.at("textDocument/declaration", path, word, nth), found);
        places(&mut editor, &found)
    };
    assert_eq!(lead("services.pf", "web(", 0), ["services.pf:0:9"]);
    assert_eq!(lead("services.pf", "port = 80", 0), ["services.pf:1:8"], "an argument is its parameter");
    assert_eq!(lead("services.pf", "port)", 0), ["services.pf:1:8"], "and so is a use in the template");
    assert_eq!(lead("services.pf", "queue]", 0), ["services.pf:16:8"]);
    assert_eq!(lead("services.pf", "prod", 0), ["platform.pf:19:12"]);
    assert_eq!(lead("services.pf", "dev-eu", 0), ["platform.pf:24:8"]);
    assert_eq!(lead("services.pf", "domain", 0), ["platform.pf:5:9", "platform.pf:21:9"], "every line that says it");
    assert_eq!(lead("services.pf", "size", 0), ["platform.pf:27:11", "platform.pf:33:11"]);
    assert_eq!(lead("services.pf", "\"apps/shop\"", 0), ["apps/shop/shop.yaml:0:0"]);
    assert_eq!(lead("platform.pf", "\"services.pf\"", 0), ["services.pf:0:0"]);
    assert_eq!(lead("platform.pf", "argocd", 0), [""; 0], "a key leads nowhere");
}

#[test]
fn a_name_is_found_wherever_it_stands() {
    let mut editor = open();
    let infra = references(&mut editor, "platform.pf", "infra {", 0);
    assert_eq!(infra, ["platform.pf:4:12", "platform.pf:13:5", "services.pf:9:14", "services.pf:18:14"]);
    assert_eq!(references(&mut editor, "services.pf", "infra", 1), infra, "from any of them");
    assert_eq!(
        references(&mut editor, "services.pf", "port)", 0),
        ["services.pf:1:8", "services.pf:2:25", "services.pf:7:18"]
    );
    editor.change("services.pf", &PLATFORM[1].1.replace("needs     = [queue]", "needs     = ["));
    assert_eq!(references(&mut editor, "platform.pf", "infra {", 0).len(), 4, "also while something is half typed");
}

#[test]
fn the_same_name_is_shown_in_the_file() {
    let mut editor = open();
    let found = editor.at("textDocument/documentHighlight", "services.pf", "queue]", 0);
    let found: Vec<_> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|found| (found["range"]["start"]["line"].clone(), found["kind"].clone()))
        .collect();
    assert_eq!(found, [(json!(11), json!(2)), (json!(16), json!(3))]);
}

/// The texts of the open documents after an edit of the workspace.
fn applied(editor: &Editor, edit: &Value) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for (uri, edits) in edit["changes"].as_object().unwrap() {
        let path = editor.path_of(uri);
        texts.insert(path.clone(), editor.edited(&path, edits));
    }
    texts
}

fn rename(editor: &mut Editor, path: &str, word: &str, nth: usize, new: &str) -> Result<Value, Value> {
    let params = json!({
        "textDocument": { "uri": editor.uri(path) },
        "position": editor.position(path, word, nth),
        "newName": new,
    });
    editor.request("textDocument/rename", params)
}

#[test]
fn every_kind_of_name_can_be_another_and_the_platform_stays_sound() {
    for (path, word, nth) in [
        ("platform.pf", "infra {", 0),
        ("platform.pf", "prod {", 0),
        ("platform.pf", "dev-eu", 0),
        ("platform.pf", "services {", 0),
        ("services.pf", "queue", 0),
        ("services.pf", "web(", 0),
        ("services.pf", "port", 0),
        ("services.pf", "domain", 0),
        ("services.pf", "size", 0),
    ] {
        let mut editor = open();
        let edit = rename(&mut editor, path, word, nth, "renamed").unwrap();
        let texts = applied(&editor, &edit);
        assert!(!texts.is_empty(), "{word}");
        for (path, text) in &texts {
            assert!(text.contains("renamed"), "{word}: {text}");
            editor.change(path, text);
        }
        assert_eq!(
            [editor.codes("platform.pf"), editor.codes("services.pf")],
            [[""; 0], [""; 0]],
            "{word}: {texts:#?}"
        );
    }
}

#[test]
fn a_name_that_can_not_be_is_refused_with_a_reason() {
    let mut editor = open();
    let mut refused = |word: &str, new: &str| {
        let error = rename(&mut editor, "services.pf", word, 0, new).unwrap_err();
        assert_eq!(error["code"], -32803);
        error["message"].as_str().unwrap().to_owned()
    };
    assert!(refused("shop", "Shop_1").contains("Shop_1"));
    assert!(refused("shop", "queue").contains("already"));
    assert!(refused("domain", "a b").contains("no word"));
    assert!(refused("port", "cluster").contains("means something else"));
    assert!(refused("namespace", "space").contains("no name"));
    let computed = "environment dev {}\nfor x in [\"a\"] { team \"t-${x}\" {} }\nplatform p { admins = [t-a] }\n";
    editor.change("platform.pf", computed);
    let position = editor.position("platform.pf", "t-a", 0);
    let params = json!({ "textDocument": { "uri": editor.uri("platform.pf") }, "position": position });
    let error = editor.request("textDocument/prepareRename", params).unwrap_err();
    assert!(error["message"].as_str().unwrap().contains("computed"), "{error}");
}

#[test]
fn a_name_is_shown_before_it_changes() {
    let mut editor = open();
    let found = editor.at("textDocument/prepareRename", "services.pf", "shop", 0);
    assert_eq!(found["placeholder"], "shop");
    assert_eq!(editor.text_in("services.pf", &found["range"]), "shop");
}

#[test]
fn who_can_ask_is_told_what_a_new_name_does_to_argo_cd() {
    let asking = json!({
        "general": { "positionEncodings": ["utf-8"] },
        "workspace": { "workspaceEdit": { "documentChanges": true, "changeAnnotationSupport": {} } },
    });
    let mut editor = Editor::with(PLATFORM, &asking);
    editor.open("services.pf");
    let edit = rename(&mut editor, "services.pf", "shop", 0, "store").unwrap();
    let annotation = &edit["changeAnnotations"]["meaning"];
    assert_eq!(annotation["needsConfirmation"], true);
    assert!(annotation["description"].as_str().unwrap().contains("deletes those of `shop`"), "{annotation}");
    let edit = rename(&mut editor, "services.pf", "port", 0, "number").unwrap();
    assert!(edit["changeAnnotations"].is_null(), "{edit}");
}

#[test]
fn paths_follow_files_that_move() {
    let mut editor = open();
    let moved = |editor: &Editor, from: &str, to: &str| json!({ "files": [{ "oldUri": editor.uri(from), "newUri": editor.uri(to) }] });
    let params = moved(&editor, "services.pf", "more/all.pf");
    let edit = editor.request("workspace/willRenameFiles", params).unwrap();
    assert!(applied(&editor, &edit)["platform.pf"].starts_with("import \"more/all.pf\"\n"), "{edit}");
    let params = moved(&editor, "apps", "deploy");
    let edit = editor.request("workspace/willRenameFiles", params).unwrap();
    let text = &applied(&editor, &edit)["services.pf"];
    assert!(text.contains("path = \"deploy/shop\"") && text.contains("path = \"deploy/queue\""), "{text}");
    let params = moved(&editor, "nothing.txt", "something.txt");
    assert_eq!(editor.request("workspace/willRenameFiles", params).unwrap(), Value::Null);
}

#[test]
fn paths_are_links() {
    let mut editor = open();
    let params = json!({ "textDocument": { "uri": editor.uri("services.pf") } });
    let links = editor.request("textDocument/documentLink", params).unwrap();
    let links: Vec<_> =
        links.as_array().unwrap().iter().map(|link| editor.path_of(link["target"].as_str().unwrap())).collect();
    assert_eq!(links, ["apps/shop/shop.yaml", "apps/queue/queue.yaml"]);
}
