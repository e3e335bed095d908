//! Who needs whom.

use serde_json::{Value, json};

use super::editor::{Editor, PLATFORM};

fn prepared(editor: &mut Editor, word: &str) -> Value {
    editor.at("textDocument/prepareCallHierarchy", "services.pf", word, 0)
}

/// The other services of an item, each with what is written where the need stands.
fn asked(editor: &mut Editor, method: &str, end: &str, item: &Value) -> Vec<(String, Vec<String>)> {
    let calls = editor.request(method, json!({ "item": item })).unwrap();
    let calls = calls.as_array().unwrap().iter().map(|call| {
        let ranges = call["fromRanges"].as_array().unwrap().iter();
        let places = ranges.map(|range| editor.text_in("services.pf", range)).collect();
        (call[end]["name"].as_str().unwrap().to_owned(), places)
    });
    calls.collect()
}

#[test]
fn needs_lead_to_what_is_needed_and_back() {
    let mut editor = Editor::new(PLATFORM);
    editor.open("services.pf");
    let queue = prepared(&mut editor, "queue]")[0].clone();
    assert_eq!((queue["name"].as_str(), queue["detail"].as_str()), (Some("queue"), Some("services, wave 0")));
    assert_eq!(editor.text_in("services.pf", &queue["selectionRange"]), "queue");
    assert!(editor.text_in("services.pf", &queue["range"]).starts_with("service queue {"));
    let incoming = asked(&mut editor, "callHierarchy/incomingCalls", "from", &queue);
    assert_eq!(incoming, [("shop".to_owned(), vec!["queue".to_owned()])]);
    assert_eq!(asked(&mut editor, "callHierarchy/outgoingCalls", "to", &queue), []);
    let shop = prepared(&mut editor, "shop {")[0].clone();
    let outgoing = asked(&mut editor, "callHierarchy/outgoingCalls", "to", &shop);
    assert_eq!(outgoing, [("queue".to_owned(), vec!["queue".to_owned()])]);
    assert_eq!(asked(&mut editor, "callHierarchy/incomingCalls", "from", &shop), []);
}

/// A need that follows from what is used stands nowhere: the name of the service that has it is shown.
#[test]
fn needs_that_follow_are_there_too() {
    let mut editor = Editor::new(PLATFORM);
    let text = PLATFORM[1].1.replace("  needs     = [queue]\n", "").replace(
        "  manifests { path = \"apps/shop\" }",
        "  manifests { object \"queues.example.com/v1\" \"Queue\" orders {} }",
    );
    editor.open_as(
        "services.pf",
        &text.replace(
            "  on        = labels",
            "  provides  = [crd(\"queues.queues.example.com\")]\n  on        = labels",
        ),
    );
    let queue = prepared(&mut editor, "queue {")[0].clone();
    let incoming = asked(&mut editor, "callHierarchy/incomingCalls", "from", &queue);
    assert_eq!(incoming, [("shop".to_owned(), vec!["shop".to_owned()])]);
    let shop = prepared(&mut editor, "shop {")[0].clone();
    let outgoing = asked(&mut editor, "callHierarchy/outgoingCalls", "to", &shop);
    assert_eq!(outgoing, [("queue".to_owned(), vec!["shop".to_owned()])]);
}

#[test]
fn only_services_need_and_are_needed() {
    let mut editor = Editor::new(PLATFORM);
    editor.open("services.pf");
    assert_eq!(prepared(&mut editor, "infra"), Value::Null);
    assert_eq!(prepared(&mut editor, "template"), Value::Null);
    let mut gone = prepared(&mut editor, "shop {")[0].clone();
    gone["name"] = json!("gone");
    assert_eq!(asked(&mut editor, "callHierarchy/outgoingCalls", "to", &gone), []);
    assert_eq!(asked(&mut editor, "callHierarchy/incomingCalls", "from", &gone), []);
}

#[test]
fn what_is_half_typed_needs_what_can_be_read() {
    let mut editor = Editor::new(PLATFORM);
    editor.open_as("services.pf", &PLATFORM[1].1.replace("  when env == prod {", "  when env == { "));
    let queue = prepared(&mut editor, "queue {")[0].clone();
    assert_eq!(queue["name"], "queue");
    assert!(editor.request("callHierarchy/incomingCalls", json!({ "item": queue })).unwrap().is_array());
}
