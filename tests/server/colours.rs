//! What every word is, as colours show it.

use serde_json::{Value, json};

use super::editor::{Editor, PLATFORM};

/// The tokens of a document: text, type and modifiers.
fn read(editor: &Editor, path: &str, data: &[u64]) -> Vec<(String, String, u64)> {
    let legend = &editor.capabilities["semanticTokensProvider"]["legend"]["tokenTypes"];
    let (mut line, mut column) = (0, 0);
    let tokens = data.chunks(5).map(|token| {
        column = if token[0] == 0 { column + token[1] } else { token[1] };
        line += token[0];
        let range = json!({ "start": { "line": line, "character": column }, "end": { "line": line, "character": column + token[2] } });
        let of = &legend[usize::try_from(token[3]).unwrap()];
        (editor.text_in(path, &range), of.as_str().unwrap().to_owned(), token[4])
    });
    tokens.collect()
}

fn numbers(data: &Value) -> Vec<u64> {
    data.as_array().unwrap().iter().map(|number| number.as_u64().unwrap()).collect()
}

fn full(editor: &mut Editor, path: &str) -> (String, Vec<u64>) {
    let params = json!({ "textDocument": { "uri": editor.uri(path) } });
    let tokens = editor.request("textDocument/semanticTokens/full", params).unwrap();
    (tokens["resultId"].as_str().unwrap().to_owned(), numbers(&tokens["data"]))
}

fn delta(editor: &mut Editor, path: &str, previous: &str) -> Value {
    let params = json!({ "textDocument": { "uri": editor.uri(path) }, "previousResultId": previous });
    editor.request("textDocument/semanticTokens/full/delta", params).unwrap()
}

fn of_range(editor: &mut Editor, path: &str, first: u32, last: u32) -> Vec<u64> {
    let range = json!({ "start": { "line": first, "character": 0 }, "end": { "line": last, "character": 0 } });
    let params = json!({ "textDocument": { "uri": editor.uri(path) }, "range": range });
    numbers(&editor.request("textDocument/semanticTokens/range", params).unwrap()["data"])
}

#[test]
fn words_have_the_colour_of_what_they_are() {
    let mut editor = Editor::new(PLATFORM);
    editor.open("services.pf");
    let (_, data) = full(&mut editor, "services.pf");
    let tokens = read(&editor, "services.pf", &data);
    let (declares, built_in) = (1, 2);
    for (text, of, modifiers) in [
        ("template", "keyword", 0),
        ("web", "interface", declares),
        ("param", "keyword", 0),
        ("port", "parameter", declares),
        ("int", "type", 0),
        ("8080", "number", 0),
        ("string", "function", built_in),
        ("port", "parameter", 0),
        ("## Takes orders.", "comment", 0),
        ("shop", "class", declares),
        ("layer", "property", 0),
        ("services", "type", 0),
        ("\"shop\"", "string", 0),
        ("queue", "class", 0),
        ("when", "keyword", 0),
        ("env", "variable", built_in),
        ("prod", "type", 0),
        ("domain", "variable", 0),
        ("or", "keyword", 0),
    ] {
        assert!(tokens.contains(&(text.to_owned(), of.to_owned(), modifiers)), "{text} {of} {modifiers}: {tokens:?}");
    }
}

#[test]
fn a_name_that_nothing_bears_has_no_colour() {
    let mut editor = Editor::new(PLATFORM);
    editor.open_as("services.pf", &PLATFORM[1].1.replace("[queue]", "[queues]"));
    let (_, data) = full(&mut editor, "services.pf");
    assert!(!read(&editor, "services.pf", &data).iter().any(|(text, ..)| text == "queues"));
}

/// Whatever is typed, the differences make of the old tokens the new ones.
#[test]
fn differences_are_told_by_number() {
    let mut editor = Editor::new(PLATFORM);
    editor.open("services.pf");
    let (mut id, mut data) = full(&mut editor, "services.pf");
    let sound = PLATFORM[1].1;
    for text in [
        sound.to_owned(),
        sound.replace("needs     = [queue]", "needs     = [queue, queue]"),
        format!("# first\n{sound}"),
        sound.replace("service queue", "service queues"),
        sound.replace('}', ""),
        String::new(),
        sound.to_owned(),
    ] {
        editor.change("services.pf", &text);
        let answer = delta(&mut editor, "services.pf", &id);
        for edit in answer["edits"].as_array().unwrap_or_else(|| panic!("{answer}")) {
            let start = usize::try_from(edit["start"].as_u64().unwrap()).unwrap();
            let end = start + usize::try_from(edit["deleteCount"].as_u64().unwrap()).unwrap();
            data.splice(start..end, numbers(&edit["data"]));
        }
        id = answer["resultId"].as_str().unwrap().to_owned();
        assert_eq!((id.clone(), data.clone()), full(&mut editor, "services.pf"));
    }
}

#[test]
fn without_the_number_all_is_told() {
    let mut editor = Editor::new(PLATFORM);
    editor.open("services.pf");
    let (id, data) = full(&mut editor, "services.pf");
    assert_eq!(numbers(&delta(&mut editor, "services.pf", "never given")["data"]), data);
    assert_eq!(delta(&mut editor, "services.pf", &id)["edits"], json!([]));
    editor.close("services.pf");
    editor.open("services.pf");
    assert_eq!(numbers(&delta(&mut editor, "services.pf", &id)["data"]), data);
}

#[test]
fn a_part_has_the_colours_of_the_whole() {
    let mut editor = Editor::new(PLATFORM);
    editor.open("services.pf");
    let (_, data) = full(&mut editor, "services.pf");
    let all = read(&editor, "services.pf", &data);
    for (first, last) in [(0, 30), (6, 7), (16, 20), (5, 6), (0, 1)] {
        let data = of_range(&mut editor, "services.pf", first, last);
        let part = read(&editor, "services.pf", &data);
        assert!(
            !part.is_empty() && all.windows(part.len()).any(|window| window == part),
            "{first} to {last}: {part:?}"
        );
        assert!(part.len() < all.len() || (first, last) == (0, 30));
    }
}

#[test]
fn no_token_is_longer_than_its_line() {
    let mut editor = Editor::new(PLATFORM);
    let text = PLATFORM[1].1.replace(
        "namespace = \"queue\"",
        "namespace = \"queue\"\n  annotations { a = \"\"\"\n    one\n    🦀 two\n    \"\"\" }",
    );
    editor.open_as("services.pf", &text);
    let (_, data) = full(&mut editor, "services.pf");
    let tokens = read(&editor, "services.pf", &data);
    assert!(tokens.contains(&("    🦀 two".to_owned(), "string".to_owned(), 0)), "{tokens:?}");
    assert!(!tokens.iter().any(|(text, ..)| text.contains('\n')));
}
