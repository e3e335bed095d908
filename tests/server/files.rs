//! Files that come, go and change while they are open.

use std::fs;

use serde_json::json;

use super::editor::{Editor, PLATFORM};

const WATCHING: fn() -> serde_json::Value = || json!({ "general": { "positionEncodings": ["utf-8"] }, "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });

fn tell(editor: &mut Editor, path: &str, kind: u8) {
    let uri = editor.uri(path);
    editor.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": kind }] }));
}

#[test]
fn it_asks_to_be_told_of_files() {
    let mut editor = Editor::with(PLATFORM, &WATCHING());
    editor.open("services.pf");
    assert_eq!(editor.codes("services.pf"), [""; 0]);
    assert!(editor.requests.iter().any(|request| request.method == "client/registerCapability"));
}

#[test]
fn a_file_that_changes_on_the_disk_is_read_again_unless_it_is_open() {
    let mut editor = Editor::with(PLATFORM, &WATCHING());
    editor.open("platform.pf");
    let broken = PLATFORM[1].1.replace("owner     = infra", "owner     = nobody");
    fs::write(editor.path("services.pf"), &broken).unwrap();
    tell(&mut editor, "services.pf", 2);
    assert_eq!(editor.codes("services.pf"), ["PF0203", "PF0203"]);
    editor.open_as("services.pf", PLATFORM[1].1);
    assert_eq!(editor.codes("services.pf"), [""; 0]);
    tell(&mut editor, "services.pf", 2);
    assert_eq!(editor.codes("services.pf"), [""; 0]);
    editor.close("services.pf");
    assert_eq!(editor.codes("services.pf"), ["PF0203", "PF0203"]);
}

#[test]
fn a_file_that_is_gone_while_it_is_open_stays_what_the_editor_shows() {
    let mut editor = Editor::with(PLATFORM, &WATCHING());
    editor.open("services.pf");
    fs::remove_file(editor.path("services.pf")).unwrap();
    tell(&mut editor, "services.pf", 3);
    assert_eq!(editor.codes("services.pf"), [""; 0]);
    editor.close("services.pf");
    assert_eq!(editor.codes("platform.pf"), ["PF0001"]);
}

#[test]
fn a_file_that_becomes_unreadable_says_so_once_it_is_closed() {
    let mut editor = Editor::with(PLATFORM, &WATCHING());
    editor.open("services.pf");
    fs::write(editor.path("services.pf"), b"service \xff\xfe {}").unwrap();
    tell(&mut editor, "services.pf", 2);
    assert_eq!(editor.codes("services.pf"), [""; 0]);
    editor.close("services.pf");
    assert_eq!(editor.codes("services.pf"), ["PF0002"]);
}

#[test]
fn a_file_that_is_imported_as_one_types_is_loaded() {
    let mut files = PLATFORM.to_vec();
    files.push(("more/teams.pf", "team late { sso = [1] }\n"));
    let mut editor = Editor::new(&files);
    editor.open("platform.pf");
    assert_eq!(editor.codes("more/teams.pf"), [""; 0]);
    editor.change("platform.pf", &format!("import \"more/*.pf\"\n{}", PLATFORM[0].1));
    assert_eq!(editor.codes("more/teams.pf"), ["PF0301"]);
    editor.change("platform.pf", PLATFORM[0].1);
    assert_eq!(editor.codes("more/teams.pf"), [""; 0]);
}

#[test]
fn without_being_told_a_save_has_everything_looked_at() {
    let mut editor = Editor::new(PLATFORM);
    editor.open("platform.pf");
    fs::remove_dir_all(editor.path("apps/shop")).unwrap();
    let uri = editor.uri("platform.pf");
    editor.notify("textDocument/didSave", json!({ "textDocument": { "uri": uri } }));
    assert_eq!(editor.codes("services.pf"), ["PF0604"]);
}

#[test]
fn several_platforms_are_apart() {
    let mut editor = Editor::new(&[
        ("one/platform.pf", "team infra { sso = [1] }\n"),
        ("two/platform.pf", "team infra { sso = 2 }\n"),
        ("three.pf", "team {\n"),
    ]);
    for path in ["one/platform.pf", "two/platform.pf", "three.pf"] {
        editor.open(path);
    }
    let one = editor.codes("one/platform.pf");
    assert!(one.contains(&"PF0301".to_owned()), "{one:?}");
    assert_ne!(editor.codes("three.pf"), [""; 0]);
    let folder = editor.uri("two");
    editor.close("two/platform.pf");
    let change = json!({ "added": [], "removed": [{ "uri": folder, "name": "two" }] });
    editor.notify("workspace/didChangeWorkspaceFolders", json!({ "event": change }));
    editor.published("two/platform.pf", <[_]>::is_empty);
    let change = json!({ "added": [{ "uri": folder, "name": "two" }], "removed": [] });
    editor.notify("workspace/didChangeWorkspaceFolders", json!({ "event": change }));
    editor.published("two/platform.pf", |found| !found.is_empty());
}

#[test]
fn findings_can_be_asked_for() {
    let pulling =
        json!({ "textDocument": { "diagnostic": {} }, "workspace": { "diagnostics": { "refreshSupport": true } } });
    let mut editor = Editor::with(PLATFORM, &pulling);
    assert_eq!(editor.capabilities["diagnosticProvider"]["workspaceDiagnostics"], true);
    editor.open_as("services.pf", &PLATFORM[1].1.replace("owner     = infra", "owner     = nobody"));
    assert_eq!(editor.codes("services.pf"), ["PF0203", "PF0203"]);
    let report = editor.request("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
    assert_eq!(report["items"].as_array().unwrap().len(), 1);
    let id = report["items"][0]["resultId"].clone();
    let document = json!({ "uri": editor.uri("services.pf") });
    let again =
        editor.request("textDocument/diagnostic", json!({ "textDocument": document, "previousResultId": id })).unwrap();
    assert_eq!(again["kind"], "unchanged");
    editor.change("services.pf", PLATFORM[1].1);
    let previous = json!([{ "uri": editor.uri("services.pf"), "value": id }]);
    let report = editor.request("workspace/diagnostic", json!({ "previousResultIds": previous })).unwrap();
    assert_eq!(report["items"][0]["items"], json!([]));
    assert!(editor.requests.iter().any(|request| request.method == "workspace/diagnostic/refresh"));
}
