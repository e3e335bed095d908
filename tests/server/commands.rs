use serde_json::{Value, json};

use super::editor::{Editor, PLATFORM};

fn run(editor: &mut Editor, command: &str, argument: Value) -> Result<Value, Value> {
    editor.request("workspace/executeCommand", json!({ "command": command, "arguments": [argument] }))
}

fn at(editor: &Editor, word: &str) -> Value {
    json!({ "uri": editor.uri("services.pf"), "position": editor.position("services.pf", word, 0) })
}

fn opened() -> Editor {
    let mut editor = Editor::new(PLATFORM);
    editor.open("services.pf");
    editor
}

#[test]
fn a_service_is_shown_as_what_is_written() {
    let mut editor = opened();
    let here = at(&editor, "namespace = \"shop\"");
    let shown = run(&mut editor, "platformc.openApplication", here.clone()).unwrap();
    assert_eq!(shown["title"], "shop@dev-eu");
    assert_eq!(shown["instances"], json!(["shop@dev-eu", "shop@prod-eu"]));
    assert!(shown["text"].as_str().unwrap().contains("name: shop.dev-eu"), "{shown}");
    let mut there = here;
    there["cluster"] = json!("prod-eu");
    let shown = run(&mut editor, "platformc.openApplication", there.clone()).unwrap();
    assert_eq!(shown["title"], "shop@prod-eu");
    there["cluster"] = json!("moon");
    assert_eq!(run(&mut editor, "platformc.openApplication", there).unwrap_err()["code"], -32602);
    let expanded = run(&mut editor, "platformc.expand", json!({ "instance": "queue@prod-eu" })).unwrap();
    assert!(expanded["text"].as_str().unwrap().contains("name: queue.prod-eu"), "{expanded}");
}

#[test]
fn a_file_on_the_disk_is_shown_itself() {
    let capabilities =
        json!({ "general": { "positionEncodings": ["utf-8"] }, "window": { "showDocument": { "support": true } } });
    let mut files = PLATFORM.to_vec();
    files.push(("infra/clusters/dev-eu/services/shop.yaml", "# written before\n"));
    let mut editor = Editor::with(&files, &capabilities);
    editor.open("services.pf");
    let here = at(&editor, "namespace = \"shop\"");
    let shown = run(&mut editor, "platformc.openApplication", here).unwrap();
    assert_eq!(editor.path_of(shown["show"].as_str().unwrap()), "infra/clusters/dev-eu/services/shop.yaml");
    let asked = editor.requests.iter().find(|request| request.method == "window/showDocument").unwrap();
    assert_eq!(asked.params["uri"], shown["show"]);
}

#[test]
fn the_platform_is_drawn() {
    let mut editor = opened();
    let whole = run(&mut editor, "platformc.showGraph", json!({})).unwrap();
    assert!(whole["text"].as_str().unwrap().contains("shop"), "{whole}");
    assert_eq!(whole["language"], "mermaid");
    let here = at(&editor, "on        = labels");
    let queue = run(&mut editor, "platformc.showGraph", here).unwrap();
    assert_eq!(queue["title"], "queue");
    let dot = run(&mut editor, "platformc.showGraph", json!({ "service": "shop", "format": "dot" })).unwrap();
    assert!(dot["text"].as_str().unwrap().starts_with("digraph"), "{dot}");
}

#[test]
fn codes_and_values_are_explained() {
    let mut editor = opened();
    let page = run(&mut editor, "platformc.explain", json!({ "code": "pf0203" })).unwrap();
    assert!(page["text"].as_str().unwrap().starts_with("# PF0203"), "{page}");
    let value =
        run(&mut editor, "platformc.explain", json!({ "instance": "shop@prod-eu", "path": "links.site" })).unwrap();
    assert!(value["text"].as_str().unwrap().contains("https://shop.example.com"), "{value}");
    assert!(value["text"].as_str().unwrap().contains("services.pf:14"), "{value}");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let mut editor = opened();
    let wrong = [
        ("platformc.paint", json!({})),
        ("platformc.explain", json!({})),
        ("platformc.explain", json!({ "code": "PF9999" })),
        ("platformc.explain", json!({ "instance": "shop@dev-eu", "path": "colour" })),
        ("platformc.expand", json!({ "instance": "shop@moon" })),
        ("platformc.expand", json!({})),
        ("platformc.showGraph", json!({ "format": "png" })),
        ("platformc.showGraph", json!({ "service": "ship" })),
        ("platformc.showGraph", json!({ "size": 3 })),
        ("platformc.showGraph", json!(7)),
    ];
    for (command, argument) in wrong {
        let error = run(&mut editor, command, argument.clone()).unwrap_err();
        assert_eq!(error["code"], -32602, "{command} {argument}: {error}");
    }
    let error =
        editor.request("workspace/executeCommand", json!({ "command": "platformc.showGraph", "arguments": [{}, {}] }));
    assert_eq!(error.unwrap_err()["code"], -32602);
    editor.change("services.pf", "service shop {");
    let error = run(&mut editor, "platformc.expand", json!({ "instance": "queue@prod-eu" })).unwrap_err();
    assert_eq!(error["code"], -32803);
}
