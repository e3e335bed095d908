use serde_json::{Value, json};

use super::editor::{Editor, PLATFORM};

const RESOLVING: fn() -> Value = || {
    json!({
        "general": { "positionEncodings": ["utf-8"] },
        "textDocument": { "codeAction": { "dataSupport": true, "resolveSupport": { "properties": ["edit"] } } }
    })
};

/// What is offered for the `nth` occurrence of a word in `services.pf`.
fn offered(editor: &mut Editor, word: &str, nth: usize, only: Option<&str>) -> Vec<Value> {
    let at = editor.position("services.pf", word, nth);
    let mut context = json!({ "diagnostics": [] });
    if let Some(only) = only {
        context["only"] = json!([only]);
    }
    let document = json!({ "uri": editor.uri("services.pf") });
    let params = json!({ "textDocument": document, "range": { "start": at, "end": at }, "context": context });
    editor.request("textDocument/codeAction", params).unwrap().as_array().unwrap().clone()
}

fn titles(actions: &[Value]) -> Vec<&str> {
    actions.iter().map(|action| action["title"].as_str().unwrap()).collect()
}

/// Makes the edits of an action in documents that are open.
fn take(editor: &mut Editor, action: &Value) {
    for (uri, edits) in action["edit"]["changes"].as_object().unwrap() {
        let path = editor.path_of(uri);
        // From the end, so that the places of the others hold.
        let mut changes: Vec<Value> = edits.as_array().unwrap().clone();
        changes.reverse();
        let changes: Vec<Value> =
            changes.iter().map(|edit| json!({ "range": edit["range"], "text": edit["newText"] })).collect();
        editor.change_by(&path, Value::Array(changes));
    }
}

fn broken(from: &str, to: &str) -> Editor {
    let mut editor = Editor::new(PLATFORM);
    editor.open("platform.pf");
    editor.open_as("services.pf", &PLATFORM[1].1.replace(from, to));
    editor
}

#[test]
fn a_misspelt_name_is_written_right() {
    let mut editor = broken("needs     = [queue]", "needs     = [quue]");
    let actions = offered(&mut editor, "quue", 0, None);
    assert_eq!(titles(&actions)[..2], ["Write `queue`", "Declare service `quue`"]);
    assert_eq!(actions[0]["isPreferred"], true);
    assert_eq!(actions[0]["diagnostics"][0]["code"], "PF0203");
    take(&mut editor, &actions[0]);
    assert_eq!(editor.codes("services.pf"), [""; 0]);
}

#[test]
fn what_is_named_is_declared_where_others_of_its_kind_stand() {
    let mut editor = broken(
        "layer     = services\n  owner     = infra\n  namespace = \"shop\"",
        "layer     = services\n  owner     = sales\n  namespace = \"shop\"",
    );
    let actions = offered(&mut editor, "sales", 0, None);
    let declare = actions.iter().find(|action| action["title"] == "Declare team `sales`").unwrap();
    let changes = declare["edit"]["changes"].as_object().unwrap();
    assert_eq!(editor.path_of(changes.keys().next().unwrap()), "platform.pf");
    take(&mut editor, declare);
    assert_eq!(editor.codes("services.pf"), ["PF0801"; 1]);
}

#[test]
fn what_is_missing_is_added() {
    let mut editor = broken("  owner     = infra\n  namespace = \"shop\"", "  namespace = \"shop\"");
    let actions = offered(&mut editor, "shop {", 0, Some("quickfix"));
    assert_eq!(titles(&actions), ["Add `owner = infra`", "Explain PF0302"]);
    take(&mut editor, &actions[0]);
    assert_eq!(editor.codes("services.pf"), [""; 0]);
}

#[test]
fn all_of_a_code_are_mended_at_once_when_that_is_taken() {
    let text = PLATFORM[1].1.replace("owner     = infra", "owner     = \"infra\"");
    let mut editor = Editor::with(PLATFORM, &RESOLVING());
    editor.open_as("services.pf", &text);
    let actions = offered(&mut editor, "\"infra\"", 0, None);
    let all = actions.iter().find(|action| action["title"] == "Mend all 2 of PF0301 in this file").unwrap();
    assert_eq!(all.get("edit"), None);
    let resolved = editor.request("codeAction/resolve", all.clone()).unwrap();
    take(&mut editor, &resolved);
    assert_eq!(editor.codes("services.pf"), [""; 0]);
}

#[test]
fn only_what_is_asked_for_is_offered() {
    let mut editor = broken("owner     = infra", "owner     = infr");
    for only in ["source", "source.fixAll"] {
        let actions = offered(&mut editor, "infr", 0, Some(only));
        assert_eq!(actions.len(), 1, "{actions:?}");
        assert_eq!(actions[0]["kind"], "source.fixAll");
    }
    assert!(offered(&mut editor, "infr", 0, Some("sourcery")).is_empty());
    assert!(offered(&mut editor, "infr", 0, Some("refactor")).is_empty());
    let fix = offered(&mut editor, "infr", 0, Some("source.fixAll")).remove(0);
    take(&mut editor, &fix);
    assert_eq!(editor.codes("services.pf"), [""; 0]);
    assert!(offered(&mut editor, "infr", 0, None).is_empty());
}

#[test]
fn half_typed_text_is_no_trouble() {
    let mut editor = broken("service queue {", "service queue {\n  on = \n  needs = [");
    assert_ne!(editor.codes("services.pf"), [""; 0]);
    let _ = offered(&mut editor, "needs = [", 0, None);
    let params = json!({ "textDocument": { "uri": "file:///nowhere/x.pf" }, "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 0 } }, "context": { "diagnostics": [] } });
    assert_eq!(editor.request("textDocument/codeAction", params).unwrap(), Value::Null);
}

#[test]
fn what_has_no_effect_is_said_to_be_unnecessary() {
    let mut editor = broken("env == prod", "env == prod and env == dev");
    let found = editor.published("services.pf", |found| !found.is_empty());
    assert_eq!(found[0]["code"], "PF0403");
    assert_eq!(found[0]["tags"], json!([1]));
    let actions = offered(&mut editor, "env == prod", 0, None);
    let remove = actions.iter().find(|action| action["title"] == "Take the block away").unwrap();
    take(&mut editor, remove);
    assert_eq!(editor.codes("services.pf"), [""; 0]);
}

#[test]
fn a_file_that_nothing_imports_says_so_and_its_text_is_checked() {
    let mut files = PLATFORM.to_vec();
    files.push(("apart.pf", "team lost {}\n"));
    let mut editor = Editor::new(&files);
    editor.open("apart.pf");
    let found = editor.published("apart.pf", |found| !found.is_empty());
    assert_eq!(found[0]["severity"], 3);
    assert_eq!(editor.codes("apart.pf"), ["no-platform"]);
    editor.change("apart.pf", "team lost { sso : [] }\n");
    assert_eq!(editor.codes("apart.pf"), ["no-platform", "PF0103"]);
    let hover = editor.at("textDocument/hover", "apart.pf", "sso", 0);
    assert!(hover["contents"]["value"].as_str().unwrap().contains("sso"), "{hover}");
    editor.open_as("platform.pf", &format!("import \"apart.pf\"\n{}", PLATFORM[0].1));
    editor.change("apart.pf", "team lost {}\n");
    assert_eq!(editor.codes("apart.pf"), [""; 0]);
}
