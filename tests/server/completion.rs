//! What is offered while one types; `|` in a text is the cursor.

use serde_json::{Value, json};

use super::editor::{Editor, PLATFORM, position_of};

/// An editor that knows snippets or does not.
fn editor(files: &[(&str, &str)], knows_snippets: bool) -> Editor {
    let item = json!({ "snippetSupport": knows_snippets, "insertReplaceSupport": knows_snippets });
    let general = json!({ "positionEncodings": ["utf-8"] });
    let capabilities = json!({ "general": general, "textDocument": { "completion": { "completionItem": item } } });
    Editor::with(files, &capabilities)
}

/// The platform with another `services.pf`, in which `|` is the cursor.
fn ask(editor: &mut Editor, path: &str, marked: &str, method: &str, context: Value) -> Value {
    let at = marked.find('|').expect("a cursor");
    let text = marked.replacen('|', "", 1);
    editor.open_as(path, &text);
    let params = json!({
        "textDocument": { "uri": editor.uri(path) },
        "position": position_of(&text, at),
        "context": context,
    });
    editor.request(method, params).unwrap()
}

fn items_in(path: &str, marked: &str) -> Vec<Value> {
    let mut editor = editor(PLATFORM, true);
    let found = ask(&mut editor, path, marked, "textDocument/completion", json!({ "triggerKind": 1 }));
    assert_eq!(found["isIncomplete"], false, "{found}");
    found["items"].as_array().unwrap().clone()
}

fn items(marked: &str) -> Vec<Value> {
    items_in("services.pf", marked)
}

fn labels(marked: &str) -> Vec<String> {
    items(marked).iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
}

fn has(labels: &[String], wanted: &[&str]) -> bool {
    wanted.iter().all(|wanted| labels.iter().any(|label| label == wanted))
}

fn item(marked: &str, label: &str) -> Value {
    let items = items(marked);
    let found = items.iter().find(|item| item["label"] == label);
    found.unwrap_or_else(|| panic!("no `{label}` among {items:#?}")).clone()
}

/// The text of an open document after an item was chosen, its snippet as it is.
fn chosen(marked: &str, label: &str) -> String {
    let item = item(marked, label);
    let text = marked.replacen('|', "", 1);
    let edit = &item["textEdit"];
    let offset = |position: &Value| {
        let line = usize::try_from(position["line"].as_u64().unwrap()).unwrap();
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        start + usize::try_from(position["character"].as_u64().unwrap()).unwrap()
    };
    let (start, end) = (offset(&edit["replace"]["start"]), offset(&edit["replace"]["end"]));
    format!("{}{}{}", &text[..start], edit["newText"].as_str().unwrap(), &text[end..])
}

#[test]
fn declarations_come_with_what_they_must_have() {
    let text = chosen("team other {}\nserv|", "service");
    assert_eq!(
        text,
        "team other {}\nservice ${1:name} {\n  layer     = $2\n  owner     = $3\n  namespace = \"$4\"\n  $0\n}"
    );
    assert!(chosen("|", "health").starts_with("health \"${1:name}\" {\n  lua = \"$2\"\n"));
    assert_eq!(chosen("im|", "import"), "import \"$0\"");
    let labels = labels("|");
    assert!(has(&labels, &["team", "cluster", "for"]), "{labels:?}");
    assert!(!has(&labels, &["platform"]), "there is one already: {labels:?}");
}

#[test]
fn a_loop_declares_but_imports_nothing() {
    let labels = labels("for row in [1] {\n  |\n}");
    assert!(has(&labels, &["cluster", "service", "for"]), "{labels:?}");
    assert!(!has(&labels, &["import"]), "{labels:?}");
}

#[test]
fn attributes_that_are_not_said_yet_stand_first_where_they_must_be_there() {
    let found = labels("service new {\n  owner = infra\n  na|\n  layer = services\n}\n");
    assert_eq!(found[0], "namespace");
    assert!(has(&found, &["helm", "needs", "when", "each", "unset", "override"]), "{found:?}");
    assert!(!has(&found, &["owner"]) && !has(&found, &["layer"]) && !has(&found, &["param"]), "{found:?}");
    let template = labels("template new {\n  |\n}\n");
    assert!(has(&template, &["param", "helm"]) && !has(&template, &["each"]) && !has(&template, &["layer"]));
}

#[test]
fn what_has_a_name_may_be_said_again() {
    let found = labels("service new {\n  source one { helm { chart = \"a\" } }\n  sync { }\n  |\n}\n");
    assert!(has(&found, &["source", "secret"]) && !has(&found, &["sync"]), "{found:?}");
}

#[test]
fn an_attribute_is_written_by_its_type() {
    let service = |word: &str| format!("service new {{\n  {word}|\n}}\n");
    assert_eq!(chosen(&service("nee"), "needs"), "service new {\n  needs = [$0]\n}\n");
    assert_eq!(chosen(&service("hel"), "helm"), "service new {\n  helm {\n  $0\n}\n}\n");
    assert_eq!(chosen(&service("own"), "owner"), "service new {\n  owner = $0\n}\n");
    assert_eq!(chosen(&service("sou"), "source"), "service new {\n  source ${1:name} {\n  $0\n}\n}\n");
    assert_eq!(chosen("service new {\n  ow|ner = infra\n}\n", "owner"), "service new {\n  owner = infra\n}\n");
}

/// A snippet with its places filled in.
fn filled(snippet: &str) -> String {
    let named = regex::Regex::new(r"\$\{\d:(\w+)\}").unwrap().replace_all(snippet, "$1").into_owned();
    regex::Regex::new(r"= \$\d").unwrap().replace_all(&named, "= 1").replace("$0", "").replace(['$', '\\'], "")
}

#[test]
fn what_is_inserted_is_what_the_language_takes() {
    let mut editor = editor(PLATFORM, true);
    for (before, behind) in [
        ("", ""),
        ("service new {\n  ", "\n}\n"),
        ("service new {\n  manifests {\n  ", "\n} }\n"),
        ("service new {\n  sync { ", " } }\n"),
        ("template new {\n  ", "\n}\n"),
        ("service new {\n  when env == prod {\n  ", "\n} }\n"),
        ("cluster new {\n  ", "\n}\n"),
        ("policy new {\n  ", "\n}\n"),
        ("test new {\n  ", "\n}\n"),
    ] {
        let found = items(&format!("{before}|{behind}"));
        for item in found.iter().filter(|item| !["unset", "override"].contains(&item["label"].as_str().unwrap())) {
            let text = format!("{before}{}{behind}", filled(item["textEdit"]["newText"].as_str().unwrap()));
            editor.open_as("services.pf", &text);
            let codes = editor.codes("services.pf");
            let wrong = ["PF0101", "PF0102", "PF0103", "PF0105", "PF0109", "PF0201", "PF0202"];
            assert!(!codes.iter().any(|code| wrong.contains(&code.as_str())), "{codes:?}: {text}");
        }
    }
}

#[test]
fn an_attribute_tells_what_it_means() {
    let retry = item("service new {\n  sync { retry { | } }\n}\n", "refresh");
    let doc = retry["documentation"]["value"].as_str().unwrap();
    assert!(doc.contains("new revision") && doc.contains("Default: `true`") && doc.contains("Argo CD 3.2"), "{doc}");
    assert_eq!(item("service new {\n  |\n}\n", "layer")["detail"], "layer name, required");
}

#[test]
fn names_are_offered_where_one_is_asked_for() {
    assert_eq!(labels("service new {\n  owner = |\n}\n"), ["infra"]);
    assert_eq!(labels("service new {\n  layer = se|\n  owner = infra\n}\n"), ["services"]);
    assert_eq!(labels("service new {\n  needs = [qu|]\n}\nservice queue {}\n"), ["new", "queue"]);
    assert_eq!(
        chosen("service new {\n  needs = |\n}\nservice queue {}\n", "queue"),
        "service new {\n  needs = [queue$0]\n}\nservice queue {}\n"
    );
    assert_eq!(labels("service new {\n  needs = [new on |]\n}\n"), ["dev-eu", "prod-eu"]);
    assert_eq!(labels("import \"teams.pf\" for |"), ["infra"]);
    let access = labels("service new {\n  access { dep| }\n}\nrole fixer {}\n");
    assert!(has(&access, &["deployer", "viewer", "fixer"]), "{access:?}");
    assert_eq!(labels("service new {\n  access { deployer = [|] }\n}\n"), ["infra"]);
}

#[test]
fn a_name_tells_its_comment_when_it_is_looked_at() {
    let mut editor = editor(PLATFORM, true);
    let found =
        ask(&mut editor, "services.pf", "service new {\n  owner = |\n}\n", "textDocument/completion", Value::Null);
    let resolved = editor.request("completionItem/resolve", found["items"][0].clone()).unwrap();
    assert_eq!(resolved["documentation"]["value"], "Who runs the clusters.");
    let bare = editor.request("completionItem/resolve", json!({ "label": "x" })).unwrap();
    assert_eq!(bare["label"], "x");
}

#[test]
fn comparisons_ask_for_names() {
    let when = |condition: &str| labels(&format!("service new {{\n  when {condition}\n}}\n"));
    assert!(has(&when("env == |")[..2], &["dev", "prod"]));
    assert!(has(&when("cluster != d|")[..2], &["dev-eu", "prod-eu"]));
    assert!(has(&when("env in [dev, |]")[..2], &["dev", "prod"]));
    assert!(has(&when("region == \"eu\" and |"), &["env", "labels", "not", "starts_with"]));
    assert!(!has(&when("|"), &["vars"]), "conditions know no variables");
    assert_eq!(when("env == prod |"), ["and", "or", "in", "not in"]);
    assert!(has(&labels("service new {\n  on = cluster == |\n}\n")[..2], &["dev-eu", "prod-eu"]));
}

#[test]
fn steps_of_a_rollout_are_conditions() {
    let step = |text: &str| labels(&format!("service new {{\n  rollout {{ steps = [{text}] }}\n}}\n"));
    assert_eq!(step("{ | }"), ["on", "batch"]);
    assert!(has(&step("{ on = env == | }")[..2], &["dev", "prod"]));
    assert!(has(&step("{ on = | }"), &["env", "labels", "not"]));
    assert!(!has(&step("{ on = | }"), &["vars"]), "conditions know no variables");
    assert!(has(&step("{ on = env == dev }, { on = cluster != | }")[..2], &["dev-eu", "prod-eu"]));
    let rollout = labels("layer new {\n  defaults { rollout { | } }\n}\n");
    assert_eq!(rollout, ["steps", "deletion_order"], "no step is under a condition of its own");
    assert!(has(&labels("template new {\n  rollout { deletion_order = | }\n}\n")[..2], &["all_at_once", "reverse"]));
}

#[test]
fn words_and_constants_are_offered() {
    assert_eq!(labels("layer new {\n  deliver = |\n}\n"), ["applications", "applicationset"]);
    let deliver = item("layer new {\n  deliver = |\n}\n", "applicationset");
    assert!(deliver["documentation"]["value"].as_str().unwrap().contains("one ApplicationSet per service"));
    assert!(has(&labels("service new {\n  sync { prune = | }\n}\n")[..2], &["true", "false"]));
    assert!(has(&labels("hub other {\n  argocd = |\n}\n"), &["\"3.5\"", "\"2.14\""]));
    assert!(has(&labels("hub other {\n  argocd = \"3|\"\n}\n"), &["3.5", "2.14"]));
    assert!(has(&labels("service new {\n  sync { options = [\"|\"] }\n}\n"), &["PruneLast=true"]));
    let freeze = "layer new {\n  freeze nights { timezone = \"Eu|\" }\n}\n";
    assert!(has(&labels(freeze), &["Europe/Berlin"]));
    assert!(chosen("service new {\n  provides = [|]\n}\n", "crd").contains("[crd(\"$1\")]"));
}

#[test]
fn expressions_know_functions_and_the_names_around() {
    let text = "template new {\n  param image : string\n  helm { values { a = | } }\n  param port : int\n}\n";
    let found = labels(text);
    assert!(has(&found, &["image", "port", "cluster", "vars", "upper", "if", "null"]), "{found:?}");
    let upper = "service new {\n  each lane in [1]\n  labels { a = upp| }\n}\n";
    assert!(chosen(upper, "upper").contains("upper(${1:text})$0"));
    assert!(has(&labels(upper), &["lane"]));
    let inside = labels("for row in [1] {\n  team \"t${|}\" {}\n}\n");
    assert!(has(&inside, &["row", "upper"]), "{inside:?}");
    let comprehension = labels("service new {\n  helm { values { a = [for x in [1]: |] } }\n}\n");
    assert!(has(&comprehension, &["x"]), "{comprehension:?}");
    assert!(!has(&labels("team new {\n  contact = |\n}\n"), &["cluster"]), "a team is on no cluster");
}

#[test]
fn members_of_variables_and_labels_are_offered_with_who_says_them() {
    let found = items("service new {\n  helm { values { a = \"x.${vars.|\n");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0]["label"].as_str(), found[0]["detail"].as_str()),
        (Some("domain"), Some("platform acorn, environment prod"))
    );
    assert_eq!(labels("service new {\n  when labels.s|\n}\n"), ["size"]);
    let keys = items_in("platform.pf", &PLATFORM[0].1.replace("environment dev {}", "environment dev { vars { | } }"));
    assert_eq!(keys[0]["label"], "domain");
    assert_eq!(labels("cluster new {\n  labels { | }\n}\n"), ["size"]);
}

#[test]
fn strings_that_are_compared_are_those_that_clusters_have() {
    assert_eq!(labels("service new {\n  when labels.size == \"|\" { }\n}\n"), ["large", "small"]);
    assert_eq!(labels("service new {\n  on = labels.size not in [\"large\", \"|\n}\n"), ["large", "small"]);
    assert_eq!(labels("service new {\n  on = labels.size not in [\"|\n}\n"), ["large", "small"]);
    assert_eq!(labels("service new {\n  when owner == \"|\" { }\n}\n"), [""; 0]);
}

#[test]
fn rows_of_a_file_have_its_columns() {
    let loops = "for row in csv(\"data/sites.csv\") {\n  team \"t-${row.|}\" {}\n}\n";
    let loaded = "for row in csv(\"data/sites.csv\") {\n  team \"t-${row.name}\" {}\n}\n";
    let mut files = PLATFORM[..1].to_vec();
    files.extend([("services.pf", loaded), ("data/sites.csv", "name,region\na,eu\n")]);
    let mut editor = editor(&files, true);
    editor.open("services.pf");
    assert_eq!(editor.codes("services.pf"), [""; 0]);
    let found = ask(&mut editor, "services.pf", loops, "textDocument/completion", Value::Null);
    let labels: Vec<&str> =
        found["items"].as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["name", "region"]);
}

#[test]
fn a_template_asks_for_its_parameters() {
    let template = "template app {\n  param image : string\n  param port : int = 8080\n}\n";
    let with = |line: &str| format!("{template}service new {{\n  use = {line}\n}}\n");
    assert!(chosen(&with("|"), "app").contains("use = app(image = \"$1\")$0"));
    assert_eq!(labels(&with("app(|)")), ["image", "port"]);
    assert_eq!(labels(&with("app(image = \"a\", |)")), ["port"]);
    assert_eq!(labels(&with("app(|, port = 1)")), ["image"]);
    assert_eq!(item(&with("app(|)"), "port")["detail"], "port : int = 8080");
    let types = labels("template new {\n  param x : |\n}\n");
    assert!(has(&types, &["string", "int", "bool", "any"]), "{types:?}");
}

const LOCAL: &[(&str, &str)] = &[
    ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
    ("charts/web/values.yaml", "image:\n  tag: latest\nreplicas: 2\n"),
    (
        "charts/web/values.schema.json",
        r##"{ "properties": { "replicas": { "type": "integer", "description": "How many." }, "image": { "$ref": "#/definitions/image" } }, "definitions": { "image": { "type": "object", "properties": { "pull": { "type": "string" } } } } }"##,
    ),
    ("apps/site/kustomization.yaml", "resources: [site.yaml]\n"),
    (
        "apps/site/site.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: site\nspec:\n  template:\n    spec:\n      containers:\n        - name: site\n          image: registry.example.com:5000/site:1.2\n",
    ),
    ("data/sites.csv", "name\na\n"),
    ("data/sites.json", "[]\n"),
    ("more/teams.pf", ""),
];

const WITH_LOCAL: &str = "service web {\n  layer = services\n  owner = infra\n  namespace = \"web\"\n  helm { path = \"charts/web\" }\n}\nservice site {\n  layer = services\n  owner = infra\n  namespace = \"site\"\n  kustomize { path = \"apps/site\" }\n}\n";

/// What is offered once everything that the platform names has been loaded.
fn local_labels(marked: &str) -> Vec<String> {
    local_labels_after(marked, 0)
}

/// The same, after it was asked and checked so many times before.
fn local_labels_after(marked: &str, times: usize) -> Vec<String> {
    let files: Vec<(&str, &str)> =
        PLATFORM[..1].iter().chain(&[("services.pf", WITH_LOCAL)]).chain(LOCAL).copied().collect();
    let mut editor = editor(&files, true);
    editor.open("services.pf");
    assert_eq!(editor.codes("services.pf"), [""; 0]);
    editor.close("services.pf");
    for _ in 0..times {
        ask(&mut editor, "services.pf", marked, "textDocument/completion", json!({ "triggerKind": 1 }));
        editor.codes("services.pf");
    }
    let found = ask(&mut editor, "services.pf", marked, "textDocument/completion", json!({ "triggerKind": 1 }));
    found["items"].as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_local_chart_tells_its_values() {
    let web = |values: &str| {
        WITH_LOCAL.replace("path = \"charts/web\"", &format!("path = \"charts/web\"  values {{ {values} }}"))
    };
    let found = local_labels(&web("|"));
    assert!(has(&found, &["image", "replicas"]), "{found:?}");
    let found = local_labels(&web("replicas = 1  image { | }"));
    assert!(has(&found, &["tag", "pull"]) && !has(&found, &["replicas"]), "{found:?}");
    let template = "template shape {\n  helm { path = \"charts/web\" }\n}\n";
    let found = local_labels(&format!(
        "{template}{}",
        web("|").replace("path = \"charts/web\"", "").replace("  helm", "  use = shape\n  helm")
    ));
    assert!(has(&found, &["image", "replicas"]), "{found:?}");
    let remote = local_labels(&web("|").replace("path =", "repo = \"https://git.example.com/x.git\"  path ="));
    assert!(!has(&remote, &["image"]), "{remote:?}");
}

#[test]
fn a_local_base_tells_its_workloads_and_images() {
    let site = |rest: &str| WITH_LOCAL.replace("path = \"apps/site\"", &format!("path = \"apps/site\"  {rest}"));
    assert!(has(&local_labels(&site("replicas { | }")), &["site"]));
    assert_eq!(local_labels(&site("images = [\"|\"]")), ["registry.example.com:5000/site"]);
}

#[test]
fn what_lies_in_a_base_stays_known_while_its_service_is_half_typed() {
    let half = WITH_LOCAL.replace("path = \"apps/site\"", "path = \"apps/site\"  images = [\"|\"]");
    // Without its layer a service names nothing.
    let half = half.replace("service site {\n  layer = services", "service site {\n  layer = serv");
    assert_eq!(local_labels_after(&half, 2), ["registry.example.com:5000/site"]);
}

#[test]
fn paths_are_those_of_the_disk() {
    let found = local_labels(&WITH_LOCAL.replace("charts/web", "|"));
    assert!(has(&found, &["apps", "charts", "data"]) && !has(&found, &["services.pf"]), "{found:?}");
    assert_eq!(local_labels(&WITH_LOCAL.replace("apps/site", "apps/|")), ["apps/site"]);
    assert_eq!(local_labels(&WITH_LOCAL.replace("apps/site", "../|")), [""; 0]);
    assert_eq!(local_labels("import \"more/|\""), ["more/teams.pf", "more/*.pf"]);
    assert_eq!(local_labels("for row in csv(\"data/|\") {}"), ["data/sites.csv"]);
    assert_eq!(local_labels("for row in json(\"data/|\") {}"), ["data/sites.json"]);
    let values = WITH_LOCAL.replace("path = \"charts/web\"", "path = \"charts/web\"  value_files = [\"charts/web/|\"]");
    assert_eq!(local_labels(&values), ["charts/web/Chart.yaml", "charts/web/values.yaml"]);
}

#[test]
fn nothing_is_offered_in_comments_texts_and_names() {
    for text in [
        "# own|",
        "service new {\n  # own|\n}\n",
        "service |",
        "service new {\n  namespace = \"|\"\n}\n",
        "service new {\n  sync { retry { limit = 1| } }\n}\n",
    ] {
        assert_eq!(labels(text), [""; 0], "{text}");
    }
}

#[test]
fn what_can_not_be_repeated_where_it_stands_is_left_away() {
    let overlay = labels("service new {\n  when env == prod {\n    |\n  }\n}\n");
    assert!(has(&overlay, &["helm", "sync", "when"]), "{overlay:?}");
    assert!(!has(&overlay, &["owner"]) && !has(&overlay, &["layer"]) && !has(&overlay, &["each"]), "{overlay:?}");
    let team = labels("team new {\n  |\n}\n");
    assert!(has(&team, &["sso"]) && !has(&team, &["when"]), "{team:?}");
    let object = labels("service new {\n  ignore_differences = [{ | }]\n}\n");
    assert!(!has(&object, &["when"]), "{object:?}");
    assert_eq!(labels("service new {\n  unset sync.retry.|\n}\n"), ["limit", "refresh", "backoff"]);
    let codes = labels("service new {\n  allow |\n}\n");
    assert!(has(&codes, &["PF0603"]) && !has(&codes, &["PF0203"]), "{codes:?}");
    assert_eq!(labels("service new {\n  allow PF0603 |\n}\n"), ["until"]);
    assert_eq!(labels("service new {\n  allow PF0603 until \"2027-01-01\" |\n}\n"), ["because"]);
}

#[test]
fn a_broken_neighbour_changes_nothing() {
    let text =
        "service broken {\n  helm { values {\n  needs = [\n\nservice new {\n  owner = |\n\nservice last {\n  = = {{\n";
    assert_eq!(labels(text), ["infra"]);
    let unclosed = "service new {\n  sync {\n    retry {\n      |\n\nservice last {}\n";
    assert!(has(&labels(unclosed), &["limit", "backoff"]));
    let typed = labels("service new {\n  owner = infra layer = services\n  on = (env == prod\n  na|\n}\n");
    assert!(!typed.is_empty());
}

#[test]
fn a_character_asks_only_where_it_begins_something() {
    let asked = |marked: &str, character: &str| {
        let mut editor = editor(PLATFORM, true);
        let context = json!({ "triggerKind": 2, "triggerCharacter": character });
        ask(&mut editor, "services.pf", marked, "textDocument/completion", context) != Value::Null
    };
    assert!(asked("service new {\n  owner = |\n}\n", " "));
    assert!(!asked("service new {\n  namespace = |\n}\n", " "));
    assert!(!asked("service new |", " "));
    assert!(!asked("service new {|", "{"));
    assert!(asked("service new {\n  labels { a = \"${|\" }\n}\n", "{"));
    assert!(asked("service new {\n  labels { a = vars.| }\n}\n", "."));
    assert!(!asked("service new {\n  contact = \"a.|\"\n}\n", "."));
}

#[test]
fn who_knows_no_snippets_gets_plain_text() {
    let mut editor = editor(PLATFORM, false);
    let found =
        ask(&mut editor, "services.pf", "service new {\n  ow|n = 1\n}\n", "textDocument/completion", Value::Null);
    let items = found["items"].as_array().unwrap();
    assert!(
        items
            .iter()
            .all(|item| item["insertTextFormat"].is_null()
                && !item["textEdit"]["newText"].as_str().unwrap().contains('$'))
    );
    let owner = items.iter().find(|item| item["label"] == "owner").unwrap();
    assert_eq!(editor.text_in("services.pf", &owner["textEdit"]["range"]), "own");
}

#[test]
fn a_list_says_once_what_is_replaced_where_the_client_knows_that() {
    let item = json!({ "snippetSupport": true, "insertReplaceSupport": true });
    let completion = json!({ "completionItem": item, "completionList": { "itemDefaults": ["editRange"] } });
    let general = json!({ "positionEncodings": ["utf-8"] });
    let mut editor =
        Editor::with(PLATFORM, &json!({ "general": general, "textDocument": { "completion": completion } }));
    let found =
        ask(&mut editor, "services.pf", "service new {\n  ow|ner = 1\n}\n", "textDocument/completion", Value::Null);
    let range = &found["itemDefaults"]["editRange"];
    assert_eq!(editor.text_in("services.pf", &range["insert"]), "ow");
    assert_eq!(editor.text_in("services.pf", &range["replace"]), "owner");
    let items = found["items"].as_array().unwrap();
    assert!(items.iter().all(|item| item["textEdit"].is_null() && item["textEditText"].is_string()), "{items:#?}");
}

#[test]
fn a_range_counts_what_was_agreed_on() {
    let mut editor = Editor::with(PLATFORM, &json!({}));
    editor.open_as("services.pf", "service new {\n  labels { a = \"🦀${clu}\" }\n}\n");
    let params =
        json!({ "textDocument": { "uri": editor.uri("services.pf") }, "position": { "line": 1, "character": 23 } });
    let found = editor.request("textDocument/completion", params).unwrap();
    let range = &found["items"][0]["textEdit"]["range"];
    assert_eq!(
        (range["start"]["character"].as_u64(), range["end"]["character"].as_u64()),
        (Some(20), Some(23)),
        "{range}"
    );
}

fn signature(marked: &str) -> Value {
    let mut editor = editor(PLATFORM, true);
    ask(&mut editor, "services.pf", marked, "textDocument/signatureHelp", Value::Null)
}

/// The parameter that is being typed.
fn active(help: &Value) -> String {
    let label = help["signatures"][0]["label"].as_str().unwrap();
    let active = usize::try_from(help["activeParameter"].as_u64().unwrap()).unwrap();
    let place = &help["signatures"][0]["parameters"][active]["label"];
    let at = |index: usize| usize::try_from(place[index].as_u64().unwrap()).unwrap();
    label[at(0)..at(1)].to_owned()
}

#[test]
fn a_call_shows_what_it_takes() {
    let within = |value: &str| format!("service new {{\n  labels {{ a = {value} }}\n}}\n");
    let help = signature(&within("replace(owner, \"a\", |"));
    assert_eq!(help["signatures"][0]["label"], "replace(text: string, what: string, by: string) -> string");
    assert_eq!(active(&help), "by: string");
    assert!(help["signatures"][0]["documentation"]["value"].as_str().unwrap().contains("a-b"));
    assert_eq!(active(&signature(&within("upper(join([\"a\", |"))), "items: list");
    assert_eq!(active(&signature(&within("\"x ${get(vars, \"a|"))), "key: string or int");
    assert_eq!(active(&signature("service new {\n  provides = [crd(|")), "name: string");
    assert_eq!(signature(&within("|")), Value::Null);
    assert_eq!(signature(&within("nothing(|")), Value::Null);
    assert_eq!(signature(&within("upper(\"a\") |")), Value::Null);
}

#[test]
fn a_template_shows_its_parameters() {
    let template =
        "## A shape.\ntemplate app {\n  ## The image.\n  param image : string\n  param port : int = 8080\n}\n";
    let with = |line: &str| signature(&format!("{template}service new {{\n  use = {line}\n}}\n"));
    let help = with("app(|)");
    assert_eq!(help["signatures"][0]["label"], "app(image : string, port : int = 8080)");
    assert_eq!(help["signatures"][0]["documentation"]["value"], "A shape.");
    assert_eq!(help["signatures"][0]["parameters"][0]["documentation"]["value"], "The image.");
    assert_eq!(active(&help), "image : string");
    assert_eq!(active(&with("app(port = |")), "port : int = 8080");
    assert_eq!(active(&with("app(image = \"a\", |")), "port : int = 8080");
}

/// A thousand services and a hundred clusters: far less than a blink, even in a debug build on a busy machine.
#[test]
fn a_large_platform_is_no_trouble() {
    use std::fmt::Write as _;
    let mut text = PLATFORM[0].1.to_owned();
    for number in 0..100 {
        let _ = writeln!(
            text,
            "cluster c{number} {{\n  env = dev\n  server = \"https://c{number}.example.com\"\n  vars {{ v{number} = 1 }}\n}}"
        );
    }
    let mut services = String::new();
    for number in 0..1000 {
        let _ = writeln!(
            services,
            "service s{number} {{\n  layer = services\n  owner = infra\n  namespace = \"s{number}\"\n  manifests {{ path = \"apps/shop\" }}\n}}"
        );
    }
    let files = [("platform.pf", text.as_str()), ("services.pf", services.as_str())];
    let mut editor = editor(&files, true);
    let marked = format!("{services}service new {{\n  needs = [|]\n}}\n");
    let found = ask(&mut editor, "services.pf", &marked, "textDocument/completion", Value::Null);
    assert_eq!(found["items"].as_array().unwrap().len(), 1001);
    let vars = format!("{services}service new {{\n  labels {{ a = vars.| }}\n}}\n");
    let found = ask(&mut editor, "services.pf", &vars, "textDocument/completion", Value::Null);
    assert_eq!(found["items"].as_array().unwrap().len(), 101);
}

#[test]
fn a_preview_knows_forges_and_its_pull_request() {
    let forges = labels("service new {\n  preview { from = | }\n}\n");
    assert!(
        has(&forges, &["github", "gitlab", "gitea", "bitbucket", "bitbucket_server", "azure_devops"]),
        "{forges:?}"
    );
    assert!(!has(&forges, &["crd"]), "{forges:?}");
    let facts = labels("service new {\n  preview { namespace = \"x-${pr.|}\" }\n}\n");
    assert!(has(&facts, &["number", "slug", "sha", "title"]), "{facts:?}");
    let inside = labels("service new {\n  preview { helm { values { a = | } } }\n}\n");
    assert!(has(&inside, &["pr", "vars"]), "{inside:?}");
    let outside = labels("service new {\n  helm { values { a = | } }\n}\n");
    assert!(!has(&outside, &["pr"]), "{outside:?}");
}

#[test]
fn paths_of_the_own_attributes_are_offered_key_by_key() {
    let service = |path: &str| {
        format!(
            "service chat-web {{\n  source extra {{ helm {{ chart = \"x\" }} }}\n  helm {{ values {{ image {{ tag = \"1\" }} }} }}\n  same_across = {path}\n}}\n"
        )
    };
    let first = labels(&service("[|]"));
    assert!(has(&first, &["helm", "kustomize", "source", "namespace"]), "{first:?}");
    assert!(
        !first.iter().any(|label| matches!(label.as_str(), "needs" | "same_across" | "owner" | "env")),
        "{first:?}"
    );
    assert!(chosen(&service("|"), "helm").contains("same_across = [helm"), "a list is begun");
    assert!(has(&labels(&service("[helm.|]")), &["version", "values", "chart"]));
    assert_eq!(labels(&service("[namespace, helm.values.|]")), ["image"]);
    assert_eq!(labels(&service("[helm.values.image.|]")), ["tag"]);
    assert_eq!(labels(&service("[source.|]")), ["extra"]);
    assert!(has(&labels(&service("[source.extra.|]")), &["helm", "manifests"]));
    assert!(labels(&service("[helm.version.|]")).is_empty());
}

/// A policy offers what it can ask of what it is asked of, a test its questions.
#[test]
fn policies_and_tests_offer_what_they_can_ask() {
    let of_instances = labels("policy new {\n  require = |\n}\n");
    assert!(
        has(&of_instances, &["env", "owner", "layer", "wave", "helm", "revision_history", "can", "has", "not"]),
        "{of_instances:?}"
    );
    let of_teams = labels("policy new {\n  over = team\n  where = |\n}\n");
    assert!(has(&of_teams, &["team", "services", "sso"]), "{of_teams:?}");
    assert!(!has(&of_teams, &["env"]) && !has(&of_teams, &["helm"]), "{of_teams:?}");
    assert!(has(&labels("policy new {\n  require = helm.|\n}\n"), &["version", "chart", "values"]));
    assert!(has(&labels("policy new {\n  require = owner == |\n}\n"), &["infra"]));
    assert!(has(&labels("policy new {\n  over = |\n}\n"), &["instance", "service", "cluster", "team"]));
    assert!(has(&labels("test \"new\" {\n  |\n}\n"), &["expect"]));
    let of_test = labels("test \"new\" {\n  expect |\n}\n");
    assert!(has(&of_test, &["can", "before", "clusters", "value", "not"]) && !has(&of_test, &["env"]), "{of_test:?}");
    assert!(has(&labels("test \"new\" {\n  expect can(|)\n}\n"), &["infra"]));
    assert!(has(&labels("test \"new\" {\n  expect can(infra, |)\n}\n"), &["sync", "exec"]));
    assert!(has(&labels("service queue {}\n\ntest \"new\" {\n  expect can(infra, sync, |)\n}\n"), &["queue"]));
    assert!(has(&labels("test \"new\" {\n  expect can(infra, sync, queue, |)\n}\n"), &["env", "cluster"]));
}
