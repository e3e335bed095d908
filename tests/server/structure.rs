use serde_json::{Value, json};

use super::editor::{Editor, PLATFORM};

fn ask(editor: &mut Editor, method: &str, path: &str) -> Value {
    let params = json!({ "textDocument": { "uri": editor.uri(path) } });
    editor.request(method, params).unwrap()
}

fn open() -> Editor {
    let nesting = json!({
        "general": { "positionEncodings": ["utf-8"] },
        "textDocument": { "documentSymbol": { "hierarchicalDocumentSymbolSupport": true } },
    });
    let mut editor = Editor::with(PLATFORM, &nesting);
    editor.open("services.pf");
    editor
}

fn shown(symbols: &Value, depth: usize, out: &mut Vec<String>) {
    for symbol in symbols.as_array().into_iter().flatten() {
        out.push(format!("{}{}", "  ".repeat(depth), symbol["name"].as_str().unwrap()));
        shown(&symbol["children"], depth + 1, out);
    }
}

#[test]
fn a_file_has_an_outline() {
    let mut editor = open();
    let symbols = ask(&mut editor, "textDocument/documentSymbol", "services.pf");
    let mut lines = vec![];
    shown(&symbols, 0, &mut lines);
    assert_eq!(lines[..4], ["web", "  port", "  labels", "    port"]);
    assert!(lines.contains(&"  when env == prod".to_owned()), "{lines:?}");
    assert_eq!(symbols[1]["detail"], "service");
    assert_eq!(editor.text_in("services.pf", &symbols[1]["selectionRange"]), "shop");
    assert!(editor.text_in("services.pf", &symbols[1]["range"]).starts_with("## Takes orders.\nservice shop {"));
}

#[test]
fn who_shows_no_tree_gets_a_list() {
    let mut editor = Editor::new(PLATFORM);
    editor.open("services.pf");
    let symbols = ask(&mut editor, "textDocument/documentSymbol", "services.pf");
    assert_eq!(symbols[1]["name"], "port");
    assert_eq!(symbols[1]["containerName"], "web");
    assert_eq!(editor.text_in("services.pf", &symbols[1]["location"]["range"]), "param port : int = 8080");
}

#[test]
fn a_declaration_that_is_half_typed_stays_in_the_outline() {
    let mut editor = open();
    editor.change("services.pf", "service shop {\n  needs = [\n\nservice queue {}\n");
    let symbols = ask(&mut editor, "textDocument/documentSymbol", "services.pf");
    let names: Vec<_> = symbols.as_array().unwrap().iter().map(|symbol| symbol["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["shop", "queue"]);
}

#[test]
fn names_are_found_in_the_whole_platform() {
    let mut editor = open();
    let mut names = |query: &str| {
        let found = editor.request("workspace/symbol", json!({ "query": query })).unwrap();
        let found = found.as_array().unwrap().iter();
        found
            .map(|found| format!("{} {}", found["containerName"].as_str().unwrap(), found["name"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(names("queue"), ["service queue"]);
    assert_eq!(names("PdE"), ["cluster prod-eu"]);
    assert_eq!(names("nowhere"), [""; 0]);
    assert!(names("").len() > 8);
    assert_eq!(names("service q"), ["service queue"], "of one kind alone");
    assert_eq!(names("layer s"), ["layer services"]);
    editor.change("services.pf", "team ab-c {}\nteam xabc {}\nteam abcd {}\nservice abc {}\n");
    let mut names = |query: &str| {
        let found = editor.request("workspace/symbol", json!({ "query": query })).unwrap();
        found.as_array().unwrap().iter().map(|found| found["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("ABC"), ["abc", "abcd", "xabc", "ab-c"], "the nearest first");
}

#[test]
fn what_has_lines_can_be_folded() {
    let mut editor = open();
    editor.change("services.pf", "import \"a.pf\"\nimport \"b.pf\"\n\n# one\n# two\nteam a {\n  sso = [\n    \"x\",\n  ]\n}\nteam b {}\nhealth \"a/B\" {\n  lua = \"\"\"\n    x\n  \"\"\"\n");
    let folds = ask(&mut editor, "textDocument/foldingRange", "services.pf");
    let folds: Vec<_> = folds
        .as_array()
        .unwrap()
        .iter()
        .map(|fold| format!("{}-{} {}", fold["startLine"], fold["endLine"], fold["kind"].as_str().unwrap_or("")))
        .collect();
    assert_eq!(folds, ["0-1 imports", "3-4 comment", "5-8 ", "6-7 ", "12-13 "]);
}

#[test]
fn what_is_said_in_a_string_folds_with_it_and_what_is_never_closed_ends_with_its_block() {
    let mut editor = open();
    editor.change(
        "services.pf",
        "health \"a/B\" {\n  lua = \"\"\"\n# one\n# two\n\"\"\"\n}\nservice x {\n  needs = [\n  helm {\n    a = 1\n  }\n}\n",
    );
    let folds = ask(&mut editor, "textDocument/foldingRange", "services.pf");
    let folds: Vec<_> =
        folds.as_array().unwrap().iter().map(|fold| format!("{}-{}", fold["startLine"], fold["endLine"])).collect();
    assert_eq!(folds, ["0-4", "1-3", "6-10", "8-9"]);
}

#[test]
fn a_selection_grows_through_brackets_in_half_typed_text() {
    let mut editor = open();
    editor.change("services.pf", "service shop {\n  needs = [queue, x ==]\n  = = =\n}\n");
    let position = editor.position("services.pf", "queue", 0);
    let params = json!({ "textDocument": { "uri": editor.uri("services.pf") }, "positions": [position] });
    let ranges = editor.request("textDocument/selectionRange", params).unwrap();
    let (mut texts, mut at) = (vec![], &ranges[0]);
    while at.is_object() {
        texts.push(editor.text_in("services.pf", &at["range"]));
        at = &at["parent"];
    }
    assert_eq!(texts[0], "queue");
    assert_eq!(texts[1..3], ["queue, x ==", "[queue, x ==]"]);
    assert!(texts.contains(&"{\n  needs = [queue, x ==]\n  = = =\n}".to_owned()), "{texts:#?}");
}

#[test]
fn a_selection_grows() {
    let mut editor = open();
    let position = editor.position("services.pf", "domain", 0);
    let params = json!({ "textDocument": { "uri": editor.uri("services.pf") }, "positions": [position, { "line": 900, "character": 0 }] });
    let ranges = editor.request("textDocument/selectionRange", params).unwrap();
    let mut texts = vec![];
    let mut at = &ranges[0];
    while at.is_object() {
        texts.push(editor.text_in("services.pf", &at["range"]));
        at = &at["parent"];
    }
    assert!(texts.windows(2).all(|pair| pair[1].contains(&pair[0]) && pair[0].len() < pair[1].len()), "{texts:#?}");
    for wanted in ["vars.domain", "\"https://shop.${vars.domain}\"", "site = \"https://shop.${vars.domain}\""] {
        assert!(texts.iter().any(|text| text == wanted), "{wanted}: {texts:#?}");
    }
    assert_eq!(texts.last().unwrap(), PLATFORM[1].1);
    assert!(ranges[1].is_object());
}

fn options() -> Value {
    json!({ "tabSize": 2, "insertSpaces": true })
}

#[test]
fn only_lines_that_change_are_edited() {
    let mut editor = open();
    let messy =
        PLATFORM[1].1.replace("  owner     = infra\n  namespace = \"queue\"", "owner=infra\n  namespace = \"queue\"");
    editor.change("services.pf", &messy);
    let params = json!({ "textDocument": { "uri": editor.uri("services.pf") }, "options": options() });
    let edits = editor.request("textDocument/formatting", params).unwrap();
    assert_eq!(edits.as_array().unwrap().len(), 1, "{edits}");
    assert_eq!(editor.edited("services.pf", &edits), PLATFORM[1].1);
    editor.change("services.pf", PLATFORM[1].1);
    let params = json!({ "textDocument": { "uri": editor.uri("services.pf") }, "options": options() });
    assert_eq!(editor.request("textDocument/formatting", params).unwrap(), json!([]));
}

#[test]
fn a_declaration_can_be_laid_out_while_another_is_broken() {
    let mut editor = open();
    editor.change("services.pf", "team a {sso=[\"x\"]\n}\n\nteam b { sso = [\n");
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 3 } });
    let params = json!({ "textDocument": { "uri": editor.uri("services.pf") }, "range": range, "options": options() });
    let edits = editor.request("textDocument/rangeFormatting", params).unwrap();
    assert_eq!(editor.edited("services.pf", &edits), "team a {\n  sso = [\"x\"]\n}\n\nteam b { sso = [\n");
    let position = json!({ "line": 1, "character": 1 });
    let params = json!({ "textDocument": { "uri": editor.uri("services.pf") }, "position": position, "ch": "}", "options": options() });
    assert_eq!(editor.request("textDocument/onTypeFormatting", params).unwrap(), edits);
}

#[test]
fn a_file_is_laid_out_as_far_as_it_can_be_read() {
    let mut editor = open();
    editor.change("services.pf", "team a {sso=[\"x\"]\n}\n\nteam b { sso = = [\n}\nteam   c {}\n");
    let params = json!({ "textDocument": { "uri": editor.uri("services.pf") }, "options": options() });
    let edits = editor.request("textDocument/formatting", params).unwrap();
    let text = editor.edited("services.pf", &edits);
    assert_eq!(text, "team a {\n  sso = [\"x\"]\n}\n\nteam b { sso = = [\n}\nteam c {}\n");
}

#[test]
fn a_new_line_stays_as_it_is_typed() {
    let mut editor = open();
    editor.change("services.pf", "team a {\nsso=[\"x\"]\n  \n}\n");
    let position = json!({ "line": 2, "character": 2 });
    let params = json!({ "textDocument": { "uri": editor.uri("services.pf") }, "position": position, "ch": "\n", "options": options() });
    let edits = editor.request("textDocument/onTypeFormatting", params).unwrap();
    let text = editor.edited("services.pf", &edits);
    assert_eq!(text.lines().nth(2), Some("  "), "{text}");
}
