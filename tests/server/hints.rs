//! What is shown between words.

use serde_json::{Value, json};

use super::editor::{Editor, PLATFORM};

fn hints(editor: &mut Editor, path: &str, first: u32, last: u32) -> Vec<(u64, String)> {
    all(editor, path, first, last)
        .iter()
        .map(|hint| (hint["position"]["line"].as_u64().unwrap(), hint["label"].as_str().unwrap().to_owned()))
        .collect()
}

fn all(editor: &mut Editor, path: &str, first: u32, last: u32) -> Vec<Value> {
    let range = json!({ "start": { "line": first, "character": 0 }, "end": { "line": last, "character": 0 } });
    let params = json!({ "textDocument": { "uri": editor.uri(path) }, "range": range });
    editor.request("textDocument/inlayHint", params).unwrap().as_array().unwrap().clone()
}

fn owned(hints: &[(u64, &str)]) -> Vec<(u64, String)> {
    hints.iter().map(|(line, text)| (*line, (*text).to_owned())).collect()
}

#[test]
fn a_head_shows_what_becomes_of_the_service() {
    let mut editor = Editor::new(PLATFORM);
    editor.open("services.pf");
    let expected = [(6, "wave 1 · 2 clusters"), (13, "= \"example.com\""), (16, "wave 0 · 2 clusters")];
    assert_eq!(hints(&mut editor, "services.pf", 0, 30), owned(&expected));
}

#[test]
fn only_what_is_seen_is_worked_out() {
    let mut editor = Editor::new(PLATFORM);
    editor.open("services.pf");
    assert_eq!(hints(&mut editor, "services.pf", 14, 30), owned(&[(16, "wave 0 · 2 clusters")]));
    assert_eq!(hints(&mut editor, "services.pf", 13, 14), owned(&[(13, "= \"example.com\"")]));
    assert_eq!(hints(&mut editor, "services.pf", 900, 901), []);
}

#[test]
fn what_differs_from_cluster_to_cluster_is_not_shown() {
    let mut editor = Editor::new(PLATFORM);
    editor.open("services.pf");
    let text = PLATFORM[1].1.replace("when env == prod { links", "links");
    editor.change("services.pf", &text.replace(" } }\n}\n\nservice queue", " }\n}\n\nservice queue"));
    assert!(!hints(&mut editor, "services.pf", 0, 30).iter().any(|(_, text)| text.contains("example.com")));
}

#[test]
fn what_is_said_elsewhere_is_shown_here() {
    let mut editor = Editor::new(PLATFORM);
    let text =
        PLATFORM[1].1.replace("labels { port", "param size : string = \"xs\"\n  namespace = \"web\"\n  labels { port");
    editor.open_as(
        "services.pf",
        &text.replace("  namespace = \"shop\"\n", "  annotations { a = replace(\"a.b\", \".\", \"-\") }\n"),
    );
    let found = hints(&mut editor, "services.pf", 0, 40);
    for (line, text) in [(8, "wave 1 · 2 clusters · namespace web"), (9, "size = \"xs\"")] {
        assert!(found.contains(&(line, text.to_owned())), "{text}: {found:?}");
    }
    let seen = hints(&mut editor, "services.pf", 10, 13);
    assert_eq!(seen, owned(&[(12, "text:"), (12, "what:"), (12, "by:")]));
    assert_eq!(hints(&mut editor, "services.pf", 10, 12), []);
}

#[test]
fn a_head_tells_more_where_one_points_at_it() {
    let mut editor = Editor::new(PLATFORM);
    editor.open("services.pf");
    let hint = all(&mut editor, "services.pf", 0, 10).remove(0);
    assert_eq!(hint.get("tooltip"), None);
    let hint = editor.request("inlayHint/resolve", hint).unwrap();
    assert!(hint["tooltip"]["value"].as_str().unwrap().contains("- **owner**: infra"), "{hint}");
}

#[test]
fn what_is_half_typed_shows_what_can_be_known() {
    let mut editor = Editor::new(PLATFORM);
    let text = PLATFORM[1].1.replace("service queue {", "service broken {\n  owner = \n\nservice queue {");
    editor.open_as("services.pf", &text);
    assert!(hints(&mut editor, "services.pf", 0, 40).contains(&(19, "wave 0 · 2 clusters".to_owned())));
    editor.change("services.pf", &PLATFORM[1].1.replace("layer     = services", "layer     = "));
    assert_eq!(hints(&mut editor, "services.pf", 14, 40), []);
}

/// The client asks again only where something that it shows has changed elsewhere.
#[test]
fn the_client_is_told_to_ask_again() {
    let can = json!({ "refreshSupport": true });
    let workspace = json!({ "inlayHint": can, "codeLens": can, "semanticTokens": can });
    let mut editor =
        Editor::with(PLATFORM, &json!({ "general": { "positionEncodings": ["utf-8"] }, "workspace": workspace }));
    editor.open("services.pf");
    editor.open("platform.pf");
    assert_eq!(editor.codes("services.pf"), [""; 0]);
    let before = editor.requests.len();
    editor.change("services.pf", &PLATFORM[1].1.replace("https://shop.", "https://shops."));
    assert_eq!(editor.codes("services.pf"), [""; 0]);
    let methods =
        |editor: &Editor| editor.requests.iter().skip(before).map(|request| request.method.clone()).collect::<Vec<_>>();
    assert_eq!(methods(&editor), [""; 0]);
    editor.change("platform.pf", &PLATFORM[0].1.replace("domain = \"example.com\"", "domain = \"example.org\""));
    assert_eq!(editor.codes("services.pf"), [""; 0]);
    let refreshed = ["workspace/inlayHint/refresh", "workspace/codeLens/refresh", "workspace/semanticTokens/refresh"];
    assert_eq!(methods(&editor), refreshed);
    assert!(hints(&mut editor, "services.pf", 0, 30).contains(&(13, "= \"example.org\"".to_owned())));
}
