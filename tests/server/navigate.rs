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

/// A platform with more in it than the small one.
fn open_with(more: &[(&str, &str)], capabilities: &Value) -> Editor {
    let files: Vec<(&str, &str)> = PLATFORM.iter().chain(more).copied().collect();
    let mut editor = Editor::with(&files, capabilities);
    editor.open("services.pf");
    editor.open("platform.pf");
    editor
}

const BYTES: fn() -> Value = || json!({ "general": { "positionEncodings": ["utf-8"] } });

#[test]
fn who_takes_links_sees_what_a_name_stands_for() {
    let linking = json!({
        "general": { "positionEncodings": ["utf-8"] },
        "textDocument": { "definition": { "linkSupport": true }, "implementation": { "linkSupport": true } },
    });
    let mut editor = open_with(&[], &linking);
    let found = editor.at("textDocument/definition", "services.pf", "queue]", 0);
    assert_eq!(editor.text_in("services.pf", &found[0]["originSelectionRange"]), "queue");
    assert_eq!(editor.text_in("services.pf", &found[0]["targetSelectionRange"]), "queue");
    assert!(editor.text_in("services.pf", &found[0]["targetRange"]).starts_with("service queue {"));
    let found = editor.at("textDocument/declaration", "services.pf", "queue]", 0);
    assert_eq!(editor.text_in("services.pf", &found[0]["range"]), "queue", "each request by itself");
    let found = editor.at("textDocument/implementation", "services.pf", "web", 0);
    assert_eq!(editor.text_in("services.pf", &found[0]["targetSelectionRange"]), "shop");
}

#[test]
fn a_template_leads_to_what_is_made_from_it() {
    let mut editor = open();
    for (word, nth) in [("web", 0), ("web", 1)] {
        let found = editor.at("textDocument/implementation", "services.pf", word, nth);
        assert_eq!(places(&mut editor, &found), ["services.pf:6:8"]);
    }
    let found = editor.at("textDocument/implementation", "services.pf", "infra", 0);
    assert_eq!(places(&mut editor, &found), [""; 0]);
}

#[test]
fn what_a_loop_declares_leads_to_the_line_that_declares_it() {
    let mut editor = open();
    let computed = PLATFORM[1].1.replace("needs     = [queue]", "needs     = [queue, log-eu]")
        + "\nfor region in [\"eu\"] {\n  service \"log-${region}\" {\n    layer = services\n    owner = infra\n  }\n}\n";
    editor.change("services.pf", &computed);
    let found = editor.at("textDocument/definition", "services.pf", "log-eu", 0);
    assert_eq!(places(&mut editor, &found), ["services.pf:25:10"]);
    let params = json!({ "textDocument": { "uri": editor.uri("services.pf") }, "position": editor.position("services.pf", "log-eu", 0), "newName": "log" });
    let refused = editor.request("textDocument/rename", params).unwrap_err();
    assert!(refused["message"].as_str().unwrap().contains("computed"), "{refused}");
    let found = editor.at("textDocument/definition", "services.pf", "region}", 0);
    assert_eq!(places(&mut editor, &found), ["services.pf:24:4"]);
}

const VALUES: &str =
    "# image: no\nimage: \"\"\nprobes:\n  # The path.\n  path: /health\n  text: |\n    port: 1\n\"port\": 8080\n";

const CHART: &[(&str, &str)] = &[
    ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
    ("charts/web/values.yaml", VALUES),
    ("charts/web/templates/x.yaml", "{{ .Values.other }}\n"),
];

#[test]
fn a_value_of_helm_leads_to_the_default_in_the_chart() {
    let mut editor = open_with(CHART, &BYTES());
    let text = PLATFORM[1].1.replace("labels { port", "helm { path = \"charts/web\" }\n  labels { port").replace(
        "manifests { path = \"apps/shop\" }",
        "helm { values { port = 1, probes { path = \"/\", text = \"\", none = 1 }, other { access { a = 1 } } } }",
    );
    editor.change("services.pf", &text);
    // The answer waits until everything is loaded.
    assert_eq!(editor.codes("services.pf"), [""; 0]);
    let mut lead = |word: &str| {
        let found = editor.at("textDocument/definition", "services.pf", word, 0);
        places(&mut editor, &found)
    };
    assert_eq!(lead("port = 1"), ["charts/web/values.yaml:7:0"], "by the template's chart");
    assert_eq!(lead("path = \"/\""), ["charts/web/values.yaml:4:2"]);
    assert_eq!(lead("none = 1"), ["charts/web/values.yaml:2:0"], "or the nearest above");
    assert_eq!(lead("a = 1"), [""; 0]);
    assert_eq!(lead("\"charts/web\""), ["charts/web/Chart.yaml:0:0"]);
    let text = text.replace("helm { values", "helm { path = \"charts/none\", values");
    editor.change("services.pf", &text);
    let found = editor.at("textDocument/definition", "services.pf", "port = 1", 0);
    assert_eq!(places(&mut editor, &found), [""; 0], "its own chart counts");
}

#[test]
fn a_namespace_leads_to_what_is_said_of_it() {
    let mut editor = open();
    editor.change("platform.pf", &(PLATFORM[0].1.to_owned() + "\nnamespace queue { owner = infra }\n"));
    let found = editor.at("textDocument/definition", "services.pf", "\"queue\"", 0);
    assert_eq!(places(&mut editor, &found), ["platform.pf:38:10"]);
    let edit = rename(&mut editor, "platform.pf", "queue", 0, "line").unwrap();
    assert!(applied(&editor, &edit)["services.pf"].contains("namespace = \"line\""), "{edit}");
    let refused = rename(&mut editor, "services.pf", "\"shop\"", 0, "line").unwrap_err();
    assert!(refused["message"].as_str().unwrap().contains("no namespace"), "{refused}");
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
fn what_a_step_of_a_rollout_names_is_renamed_with_it() {
    let rollout =
        "  rollout { steps = [{ on = env == dev }, { on = cluster == prod-eu and labels.size == \"large\" }] }\n";
    let text = PLATFORM[1].1.replace("  needs     = [queue]\n", &format!("  deliver   = applicationset\n{rollout}"));
    for (word, new) in [("dev {", "env == renamed"), ("prod-eu", "cluster == renamed"), ("size", "labels.renamed ==")] {
        let mut editor = open();
        editor.change("services.pf", &text);
        let edit = rename(&mut editor, "platform.pf", word, 0, "renamed").unwrap();
        let texts = applied(&editor, &edit);
        assert!(texts["services.pf"].contains(new), "{word}: {texts:#?}");
        for (path, text) in &texts {
            editor.change(path, text);
        }
        assert_eq!([editor.codes("platform.pf"), editor.codes("services.pf")], [[""; 0], [""; 0]], "{texts:#?}");
    }
}

#[test]
fn a_name_that_can_not_be_is_refused_with_a_reason() {
    let mut editor = open();
    let more = PLATFORM[0].1.replace("domain = \"example", "region = \"eu\", domain = \"example");
    editor.change("platform.pf", &more.replace("size = \"large\"", "size = \"large\", tier = \"a\""));
    let text = PLATFORM[1].1.replace("string(port) }", "string(port) }\n  param other : int = 1");
    let text = text + "\ntemplate taking {\n  param mine : int = 1\n  needs = [queue]\n  owner = infra\n}\n";
    editor.change("services.pf", &text);
    let mut refused = |word: &str, new: &str| match rename(&mut editor, "services.pf", word, 0, new) {
        Ok(_) => String::new(),
        Err(error) => {
            assert_eq!(error["code"], -32803);
            error["message"].as_str().unwrap().to_owned()
        }
    };
    assert!(refused("shop", "Shop_1").contains("Shop_1"));
    assert!(refused("shop", "queue").contains("already"));
    assert!(refused("domain", "a b").contains("no word"));
    assert!(refused("port", "cluster").contains("means something else"));
    assert!(refused("namespace", "space").contains("no name"));
    assert!(refused("domain", "region").contains("already"), "two variables would become one");
    assert!(refused("size", "tier").contains("already"));
    assert!(refused("port", "other").contains("services.pf:2"), "two parameters of one name");
    assert!(refused("queue", "mine").contains("services.pf:"), "the parameter would be meant");
    assert!(refused("mine", "infra").contains("services.pf:"), "the team would be the parameter");
    assert!(refused("queue", "labels").is_empty(), "a key is no name");
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
    editor.open("platform.pf");
    editor.open("services.pf");
    let edit = rename(&mut editor, "platform.pf", "prod-eu", 0, "frankfurt").unwrap();
    let annotation = &edit["changeAnnotations"]["meaning"];
    assert_eq!(annotation["needsConfirmation"], true);
    assert!(annotation["description"].as_str().unwrap().contains("`${cluster}`"), "{annotation}");
    let edit = rename(&mut editor, "services.pf", "shop", 0, "store").unwrap();
    assert!(edit["changeAnnotations"].is_null(), "`moved` keeps its Applications: {edit}");
    let edit = rename(&mut editor, "services.pf", "port", 0, "number").unwrap();
    assert!(edit["changeAnnotations"].is_null(), "{edit}");
}

/// A new name is said with `moved`, the next one with another, and one that comes back needs none.
/// What policies and tests name is renamed with it, and leads to what it stands for.
#[test]
fn what_a_policy_names_is_renamed_with_it() {
    let policies = "\npolicy p { where = owner == infra and layer == services  require = helm.version != \"\" and can(infra, sync) }\n\
                    test \"t\" { expect before(queue, shop, env == prod) and value(shop, prod-eu, namespace) == \"shop\" }\n";
    let mut editor = open();
    let text = PLATFORM[1].1.to_owned() + policies;
    editor.change("services.pf", &text);
    for (path, word, nth, uses) in [
        ("services.pf", "queue {", 0, "before(renamed, shop"),
        ("services.pf", "shop {", 0, "value(renamed, prod-eu"),
        ("platform.pf", "prod-eu", 0, "value(shop, renamed,"),
        ("platform.pf", "infra {", 0, "can(renamed, sync)"),
        ("platform.pf", "prod {", 0, "env == renamed)"),
        ("platform.pf", "services {", 0, "layer == renamed"),
    ] {
        let edit = rename(&mut editor, path, word, nth, "renamed").unwrap();
        let changed = applied(&editor, &edit).remove("services.pf").unwrap();
        assert!(changed.contains(uses), "{word}: {changed}");
    }
    let found = editor.at("textDocument/hover", "services.pf", "version != ", 0);
    assert!(found["contents"]["value"].as_str().unwrap().contains("version"), "{found}");
    let found = editor.at("textDocument/hover", "services.pf", "before(", 0);
    assert!(found["contents"]["value"].as_str().unwrap().contains("Synced and Healthy"), "{found}");
}

#[test]
fn a_rename_writes_what_it_was_called_before() {
    let mut editor = open();
    let mut renamed = |word: &str, nth: usize, new: &str| {
        let edit = rename(&mut editor, "services.pf", word, nth, new).unwrap();
        let texts = applied(&editor, &edit);
        for (path, text) in &texts {
            editor.change(path, text);
        }
        assert_eq!([editor.codes("platform.pf"), editor.codes("services.pf")], [[""; 0], [""; 0]], "{word}");
        texts["services.pf"].clone()
    };
    let first = renamed("queue {", 0, "line");
    assert!(first.contains("moved service queue { to = line }\n\nservice line {"), "{first}");
    assert!(first.contains("needs     = [line]"), "{first}");
    let second = renamed("line {", 0, "band");
    assert!(
        second.contains("moved service queue { to = line }") && second.contains("moved service line { to = band }"),
        "{second}"
    );
    let back = renamed("band {", 0, "line");
    assert_eq!(back, first);
    let whole = renamed("line {", 0, "queue");
    assert_eq!(whole, PLATFORM[1].1);
}

#[test]
fn an_edit_is_for_the_text_that_the_client_has() {
    let versions = json!({
        "general": { "positionEncodings": ["utf-8"] },
        "workspace": { "workspaceEdit": { "documentChanges": true } },
    });
    let mut editor = Editor::with(PLATFORM, &versions);
    editor.open("services.pf");
    editor.change("services.pf", PLATFORM[1].1);
    let edit = rename(&mut editor, "services.pf", "infra", 0, "core").unwrap();
    let documents = edit["documentChanges"].as_array().unwrap();
    let mut versions: Vec<_> = documents
        .iter()
        .map(|document| &document["textDocument"])
        .map(|document| (editor.path_of(document["uri"].as_str().unwrap()), document["version"].clone()))
        .collect();
    versions.sort_by(|left, right| left.0.cmp(&right.0));
    assert_eq!(versions, [("platform.pf".to_owned(), Value::Null), ("services.pf".to_owned(), json!(2))]);
    let params = json!({ "files": [{ "oldUri": editor.uri("services.pf"), "newUri": editor.uri("more/all.pf") }] });
    let edit = editor.request("workspace/willRenameFiles", params).unwrap();
    assert!(edit["documentChanges"].to_string().contains("more/all.pf"), "{edit}");
}

#[test]
fn who_asks_first_is_told_that_it_can() {
    assert_eq!(open().capabilities["renameProvider"], true);
    let asking = json!({ "textDocument": { "rename": { "prepareSupport": true } } });
    assert_eq!(Editor::with(PLATFORM, &asking).capabilities["renameProvider"]["prepareProvider"], true);
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
fn a_file_that_moves_out_of_a_pattern_stays_in_the_platform() {
    let main = PLATFORM[0]
        .1
        .replace("import \"services.pf\"", "import \"services.pf\"\nimport \"teams/*.pf\" for infra # all");
    let mut editor = Editor::new(&[
        ("platform.pf", &main),
        PLATFORM[1],
        ("teams/a.pf", "import \"../deep/*.pf\"\n"),
        ("teams/b.pf", ""),
        ("deep/x.pf", ""),
    ]);
    ["platform.pf", "teams/a.pf"].iter().for_each(|path| editor.open(path));
    let mut ask = |from: &str, to: &str| {
        let params = json!({ "files": [{ "oldUri": editor.uri(from), "newUri": editor.uri(to) }] });
        let edit = editor.request("workspace/willRenameFiles", params).unwrap();
        if edit.is_null() { BTreeMap::new() } else { applied(&editor, &edit) }
    };
    let edited = ask("teams/a.pf", "others/new/a.pf");
    let wanted = main.replace("# all\n", "# all\nimport \"others/new/a.pf\" for infra\n");
    assert_eq!(edited["platform.pf"], wanted);
    assert_eq!(edited["teams/a.pf"], "import \"../../deep/*.pf\"\n", "and what it imports itself");
    assert_eq!(ask("teams/a.pf", "teams/c.pf"), BTreeMap::new(), "the pattern takes it in");
    let edited = ask("teams", "squads");
    assert_eq!(edited["platform.pf"], main.replace("teams/", "squads/"));
    assert_eq!(edited.len(), 1, "{edited:?}");
    let edited = ask("deep", "teams/deep");
    assert_eq!(edited["teams/a.pf"], "import \"deep/*.pf\"\n");
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
