use serde_json::{Value, json};

use super::editor::{Editor, PLATFORM};

#[test]
fn after_shutdown_nothing_is_answered_but_the_exit() {
    let mut editor = Editor::new(PLATFORM);
    editor.request("shutdown", Value::Null).unwrap();
    let error = editor.request("textDocument/hover", json!({})).unwrap_err();
    assert_eq!(error["code"], -32600);
    assert!(editor.exit());
}

#[test]
fn leaving_without_a_word_is_an_error() {
    assert!(!Editor::new(PLATFORM).exit());
}

#[test]
fn what_the_server_does_not_know_it_says() {
    let mut editor = Editor::new(PLATFORM);
    let error = editor.request("textDocument/paint", json!({})).unwrap_err();
    assert_eq!(error["code"], -32601);
    let error = editor.request("textDocument/hover", json!({ "position": "here" })).unwrap_err();
    assert_eq!(error["code"], -32602);
}

#[test]
fn positions_count_what_was_agreed_on() {
    let text = "## 🦀\nteam infra { sso = [\"🦀é\"]  github = \"@a/b\" }\n";
    let at_github = |encodings: Value, column: usize| {
        let mut editor =
            Editor::with(&[("platform.pf", text)], &json!({ "general": { "positionEncodings": encodings } }));
        editor.open("platform.pf");
        let position = json!({ "line": 1, "character": column });
        let params = json!({ "textDocument": { "uri": editor.uri("platform.pf") }, "position": position });
        let hover = editor.request("textDocument/hover", params).unwrap();
        assert_eq!(hover["range"]["start"]["character"], column, "{hover}");
        editor.capabilities["positionEncoding"].as_str().unwrap().to_owned()
    };
    assert_eq!(at_github(json!(["utf-8", "utf-16"]), 31), "utf-8");
    assert_eq!(at_github(json!(["utf-16"]), 28), "utf-16");
    assert_eq!(at_github(json!(["utf-32"]), 27), "utf-32");
    assert_eq!(at_github(json!([]), 28), "utf-16");
}

#[test]
fn a_place_that_is_not_there_is_no_trouble() {
    let mut editor = Editor::new(PLATFORM);
    editor.open("services.pf");
    for position in [json!({ "line": 100_000, "character": 0 }), json!({ "line": 1, "character": 4_000_000_000_u32 })] {
        let params = json!({ "textDocument": { "uri": editor.uri("services.pf") }, "position": position });
        assert!(editor.request("textDocument/hover", params.clone()).is_ok());
        assert!(editor.request("textDocument/definition", params).is_ok());
    }
    let params =
        json!({ "textDocument": { "uri": "file:///nowhere/x.pf" }, "position": { "line": 0, "character": 0 } });
    assert_eq!(editor.request("textDocument/hover", params).unwrap(), Value::Null);
    let params = json!({ "textDocument": { "uri": "untitled:1" }, "position": { "line": 0, "character": 0 } });
    assert_eq!(editor.request("textDocument/hover", params).unwrap(), Value::Null);
}

#[test]
fn a_request_can_be_taken_back() {
    let mut editor = Editor::new(PLATFORM);
    // It waits for the platform, so that it is still there to be taken back.
    let id = editor.ask("workspace/diagnostic", json!({ "previousResultIds": [] }));
    editor.notify("$/cancelRequest", json!({ "id": 2 }));
    match editor.answer(&id) {
        Ok(report) => assert_eq!(report["items"], json!([])),
        Err(error) => assert_eq!(error["code"], -32800),
    }
    assert!(editor.leave());
}

#[test]
fn what_can_not_be_read_is_passed_over() {
    let mut editor = Editor::new(PLATFORM);
    editor.notify("textDocument/didOpen", json!({ "textDocument": 7 }));
    editor.notify("textDocument/didChange", json!({ "textDocument": { "uri": "file:///never/opened.pf", "version": 1 }, "contentChanges": [{ "text": "" }] }));
    editor.notify("textDocument/didClose", json!({ "textDocument": { "uri": "file:///never/opened.pf" } }));
    editor.notify("$/unheard/of", json!([]));
    editor.open("services.pf");
    let range = json!({ "start": { "line": 9_000, "character": 0 }, "end": { "line": 3, "character": 70_000 } });
    editor.change_by("services.pf", json!([{ "range": range, "text": "{" }]));
    editor.change("services.pf", PLATFORM[1].1);
    assert_eq!(editor.codes("services.pf"), [""; 0]);
}

#[test]
fn changes_are_made_one_after_the_other() {
    let mut editor = Editor::with(PLATFORM, &json!({}));
    editor.open("services.pf");
    // In units of UTF-16, as no encoding was agreed on: the crab is two.
    let insert = |line: u32, column: u32, text: &str| json!({ "range": { "start": { "line": line, "character": column }, "end": { "line": line, "character": column } }, "text": text });
    editor.change_by(
        "services.pf",
        json!([insert(0, 0, "# 🦀\r\n"), insert(0, 4, "!"), insert(1, 14, "\n  param size : int")]),
    );
    assert_eq!(editor.codes("services.pf"), ["PF0306"]);
}
