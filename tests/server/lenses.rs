//! What stands above declarations.

use serde_json::{Value, json};

use super::editor::{Editor, PLATFORM};

/// The lenses of a file, resolved: the text that each stands above, and what it says.
fn lenses(editor: &mut Editor, path: &str) -> Vec<(String, String)> {
    let resolved = resolved(editor, path);
    let title = |lens: &Value| lens["command"]["title"].as_str().unwrap().to_owned();
    resolved.iter().map(|lens| (editor.text_in(path, &lens["range"]), title(lens))).collect()
}

fn resolved(editor: &mut Editor, path: &str) -> Vec<Value> {
    let params = json!({ "textDocument": { "uri": editor.uri(path) } });
    let lenses = editor.request("textDocument/codeLens", params).unwrap();
    lenses
        .as_array()
        .unwrap()
        .iter()
        .map(|lens| {
            assert_eq!(lens.get("command"), None);
            editor.request("codeLens/resolve", lens.clone()).unwrap()
        })
        .collect()
}

fn owned(lenses: &[(&str, &str)]) -> Vec<(String, String)> {
    lenses.iter().map(|(text, title)| ((*text).to_owned(), (*title).to_owned())).collect()
}

#[test]
fn a_declaration_has_above_it_what_becomes_of_it() {
    let mut editor = Editor::new(PLATFORM);
    editor.open("services.pf");
    editor.open("platform.pf");
    let expected = [
        ("template web", "used by 1 service"),
        ("service shop", "2 instances on 2 clusters · wave 1 · needed by 0"),
        ("service queue", "2 instances on 2 clusters · wave 0 · needed by 1"),
    ];
    assert_eq!(lenses(&mut editor, "services.pf"), owned(&expected));
    let expected = [
        ("hub main", "2 clusters"),
        ("team infra", "owns 2 services"),
        ("environment dev", "1 cluster"),
        ("environment prod", "1 cluster"),
        ("cluster dev-eu", "2 services"),
        ("cluster prod-eu", "2 services"),
        ("layer services", "2 services"),
    ];
    assert_eq!(lenses(&mut editor, "platform.pf"), owned(&expected));
}

#[test]
fn a_client_with_the_command_can_show_who_names_it() {
    let commands = json!({ "commands": { "commands": ["platformc.showReferences"] } });
    let capabilities = json!({ "general": { "positionEncodings": ["utf-8"] }, "experimental": commands });
    let mut editor = Editor::with(PLATFORM, &capabilities);
    editor.open("services.pf");
    let lens = resolved(&mut editor, "services.pf").remove(2);
    assert_eq!(lens["command"]["command"], "platformc.showReferences");
    let uri = editor.uri("services.pf");
    assert_eq!(lens["command"]["arguments"], json!([uri, { "line": 16, "character": 8 }]));
    let mut editor = Editor::new(PLATFORM);
    editor.open("services.pf");
    let lens = resolved(&mut editor, "services.pf").remove(2);
    assert_eq!(lens["command"], json!({ "title": "2 instances on 2 clusters · wave 0 · needed by 1", "command": "" }));
}

#[test]
fn what_is_half_typed_has_an_empty_one() {
    let mut editor = Editor::new(PLATFORM);
    editor.open_as(
        "services.pf",
        &PLATFORM[1].1.replace("service queue {\n  layer     = services", "service queue {\n  layer     = "),
    );
    let found = lenses(&mut editor, "services.pf");
    assert_eq!(found[2], ("service queue".to_owned(), String::new()));
    editor.change("services.pf", "service {\n\nservice \"${x}\" {}\nservice");
    assert_eq!(lenses(&mut editor, "services.pf"), []);
}

#[test]
fn a_lens_of_something_that_is_gone_says_nothing() {
    let mut editor = Editor::new(PLATFORM);
    editor.open("services.pf");
    let uri = editor.uri("services.pf");
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 0 } });
    for data in [
        json!({ "uri": uri, "kind": "service", "name": "gone" }),
        json!({ "uri": uri, "kind": 7 }),
        json!({ "uri": uri }),
    ] {
        let lens = editor.request("codeLens/resolve", json!({ "range": range, "data": data })).unwrap();
        assert_eq!(lens["command"]["title"], "");
    }
}
