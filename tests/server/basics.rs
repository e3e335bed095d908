use serde_json::json;

use super::editor::{Editor, PLATFORM};

#[test]
fn findings_come_and_go_as_one_types() {
    let mut editor = Editor::new(PLATFORM);
    editor.open("services.pf");
    let sound = PLATFORM[1].1;
    editor.change("services.pf", &sound.replace("layer     = services", "layer     = servces"));
    let found = editor.published("services.pf", |found| !found.is_empty());
    assert_eq!(found[0]["code"], "PF0203");
    assert_eq!(editor.text_in("services.pf", &found[0]["range"]), "servces");
    editor.change("services.pf", sound);
    editor.published("services.pf", <[_]>::is_empty);
    assert!(editor.leave());
}

#[test]
fn what_is_open_counts_and_not_what_stands_on_the_disk() {
    let mut editor = Editor::new(PLATFORM);
    editor.open_as("services.pf", "service shop {");
    assert_ne!(editor.codes("services.pf"), [""; 0]);
    editor.close("services.pf");
    editor.open("platform.pf");
    assert_eq!(editor.codes("services.pf"), [""; 0]);
}

#[test]
fn a_name_leads_to_its_declaration_in_another_file() {
    let mut editor = Editor::new(PLATFORM);
    editor.open("services.pf");
    let found = editor.at("textDocument/definition", "services.pf", "infra", 0);
    assert_eq!(editor.path_of(found[0]["uri"].as_str().unwrap()), "platform.pf");
    assert_eq!(found[0]["range"]["start"], json!({ "line": 13, "character": 5 }));
}

#[test]
fn a_word_tells_what_it_means() {
    let mut editor = Editor::new(PLATFORM);
    editor.open("services.pf");
    let hover = editor.at("textDocument/hover", "services.pf", "infra", 0);
    assert!(hover["contents"]["value"].as_str().unwrap().contains("Who runs the clusters."), "{hover}");
    let hover = editor.at("textDocument/hover", "services.pf", "namespace", 0);
    assert!(hover["contents"]["value"].as_str().unwrap().contains("deployed to"), "{hover}");
}

#[test]
fn a_document_is_laid_out() {
    let mut editor = Editor::new(PLATFORM);
    let sound = PLATFORM[1].1;
    editor.open_as("services.pf", &sound.replace("  owner     =", "owner="));
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let params = json!({ "textDocument": { "uri": editor.uri("services.pf") }, "options": options });
    let edits = editor.request("textDocument/formatting", params).unwrap();
    assert!(edits.to_string().contains("  owner     = infra"), "{edits}");
}
