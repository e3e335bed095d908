//! What a word tells.

use serde_json::json;

use super::editor::{Editor, PLATFORM};

/// What is said at the first byte of the `nth` occurrence of a word.
fn told(editor: &mut Editor, path: &str, word: &str, nth: usize) -> String {
    let hover = editor.at("textDocument/hover", path, word, nth);
    hover["contents"]["value"].as_str().unwrap_or("").to_owned()
}

fn opened() -> Editor {
    let mut editor = Editor::new(PLATFORM);
    editor.open("platform.pf");
    editor.open("services.pf");
    editor
}

/// A platform of one file: what all platforms have, and what is given.
fn of(rest: &str) -> Editor {
    let head = PLATFORM[0].1.replace("import \"services.pf\"\n", "");
    let mut editor = Editor::new(&[("platform.pf", &format!("{head}{rest}"))]);
    editor.open("platform.pf");
    editor
}

#[test]
fn a_service_tells_what_becomes_of_it() {
    let mut editor = opened();
    let told = told(&mut editor, "services.pf", "queue", 0);
    for said in [
        "service **queue**",
        "- **owner**: infra",
        "- **layer**: services, wave 0",
        "- **on 2 clusters**: dev-eu, prod-eu",
        "- **needed by**: shop",
        "- **becomes**: `infra/clusters/dev-eu/services/queue.yaml` and 1 more",
    ] {
        assert!(told.contains(said), "{said}: {told}");
    }
    let told = self::told(&mut editor, "services.pf", "shop {", 0);
    assert!(told.contains("Takes orders.") && told.contains("- **needs**: queue") && told.contains("wave 1"), "{told}");
}

#[test]
fn a_value_tells_what_it_is_and_which_line_wins() {
    let mut editor = opened();
    let told = told(&mut editor, "services.pf", "namespace", 0);
    assert!(told.starts_with("`namespace`: DNS label, required"), "{told}");
    assert!(told.contains("| `\"shop\"` | all 2 instances | services.pf:11, service |"), "{told}");
    let told = self::told(&mut editor, "services.pf", "site", 0);
    assert!(told.contains("| none | dev-eu | the language |"), "{told}");
    assert!(
        told.contains("| `\"https://shop.example.com\"` | prod-eu | services.pf:14, service when env == prod |"),
        "{told}"
    );
}

#[test]
fn what_a_template_says_is_told_where_something_else_is_said() {
    let mut editor = opened();
    let template = PLATFORM[1].1.replace("  labels { port", "  revision_history = 7\n  labels { port");
    let overlay = "  when env == dev { revision_history = 3 }\n  when env == prod { links";
    editor.change("services.pf", &template.replace("  when env == prod { links", overlay));
    let told = told(&mut editor, "services.pf", "revision_history", 1);
    assert!(told.contains("| `7` | prod-eu | services.pf:3, template |"), "{told}");
    assert!(told.contains("| `3` | dev-eu | services.pf:15, service when env == dev |"), "{told}");
    let told = self::told(&mut editor, "services.pf", "revision_history", 0);
    assert!(!told.contains("| value |"), "{told}");
}

#[test]
fn what_a_service_says_once_tells_no_values() {
    let mut editor = opened();
    let told = told(&mut editor, "services.pf", "on        =", 0);
    assert!(told.contains("- **2 clusters**: dev-eu, prod-eu"), "{told}");
    for word in ["use  ", "owner", "layer", "manifests"] {
        let told = self::told(&mut editor, "services.pf", word, 0);
        assert!(!told.contains("| value |") && !told.is_empty(), "{word}: {told}");
    }
}

#[test]
fn the_language_tells_of_itself() {
    let mut editor = of(
        "service shop {\n  layer = services\n  owner = infra\n  namespace = \"shop\"\n  manifests { path = \"apps\" }\n  sync { retry { refresh = true } }\n  deliver = applications\n  labels { a = lower(\"A\") }\n  provides = [crd(\"a.b.c\")]\n}\n",
    );
    let mut says = |word: &str, said: &str| {
        let told = told(&mut editor, "platform.pf", word, 0);
        assert!(told.contains(said), "{word}: {told}");
    };
    says("refresh", "default `true`, since Argo CD 3.2");
    says("applications", "one Application per instance");
    says("lower", "lower(text : string) -> string");
    says("lower", "lower(\"EU\") == \"eu\"");
    says("crd", "CustomResourceDefinition");
    says("service shop", "service chat-api {");
}

#[test]
fn everything_that_is_declared_tells_of_itself() {
    let mut editor = opened();
    let mut says = |path: &str, word: &str, said: &str| {
        let told = told(&mut editor, path, word, 0);
        assert!(told.contains(said), "{word}: {told}");
    };
    says("platform.pf", "acorn {", "- **admins**: infra");
    says("platform.pf", "main {", "- **Argo CD**: 3.5, in namespace argocd");
    says("platform.pf", "infra]", "- **2 services**: queue, shop");
    says("platform.pf", "prod {", "- **after**: dev");
    says("platform.pf", "dev-eu {", "- **labels**: size=small");
    says("platform.pf", "dev-eu {", "- **2 services**: queue, shop");
    says("platform.pf", "services {}", "- **stage**: 1");
    says("services.pf", "web(", "- **used by 1 service**: shop");
    says("services.pf", "web(", "`port : int = 8080`");
    says("services.pf", "port = 80", "param port : int = 8080");
    says("services.pf", "port)", "param port : int = 8080");
}

#[test]
fn a_variable_tells_what_it_is_where_and_who_says_so() {
    let mut editor = opened();
    let told = told(&mut editor, "services.pf", "domain", 0);
    assert!(told.contains("| `\"dev.example.com\"` | environment dev |"), "{told}");
    assert!(told.contains("| `\"example.com\"` | environment prod |"), "{told}");
    assert!(told.contains("said by platform acorn (platform.pf:6), environment prod (platform.pf:22)"), "{told}");
    let told = self::told(&mut editor, "services.pf", "size ==", 0);
    assert!(told.contains("| `\"large\"` | environment prod |"), "{told}");
}

#[test]
fn no_secret_is_told() {
    let mut editor = of(
        "service shop {\n  layer = services\n  owner = infra\n  namespace = \"shop\"\n  helm {\n    repo = \"https://charts.example.com\"\n    chart = \"shop\"\n    version = \"1.0.0\"\n    values { db { password = \"hunter2\"  user = \"shop\" } }\n  }\n}\n",
    );
    for word in ["password", "db", "values", "helm"] {
        let told = told(&mut editor, "platform.pf", word, 0);
        assert!(!told.contains("hunter2"), "{word}: {told}");
    }
    assert!(told(&mut editor, "platform.pf", "password", 0).contains("`\"***\"`"));
    assert!(told(&mut editor, "platform.pf", "user", 0).contains("\"shop\""));
}

#[test]
fn a_rollout_tells_who_is_in_which_step() {
    let mut editor = of(
        "service shop {\n  layer = services\n  owner = infra\n  namespace = \"shop\"\n  deliver = applicationset\n  manifests { path = \"apps\" }\n  rollout { steps = [{ on = env == dev }, {}] }\n}\n",
    );
    for word in ["steps", "on ="] {
        let told = told(&mut editor, "platform.pf", word, 0);
        assert!(told.contains("- **step 1**: shop@dev-eu") && told.contains("- **step 2**: shop@prod-eu"), "{told}");
    }
    assert!(told(&mut editor, "platform.pf", "dev }", 0).contains("environment **dev**"));
}

#[test]
fn of_many_values_only_some_are_told() {
    let cluster =
        |number| format!("cluster c{number:02} {{ env = dev  server = \"https://c{number}.example.com\" }}\n");
    let clusters = (0..12).map(cluster).collect::<Vec<_>>().concat();
    let mut editor = of(&format!(
        "{clusters}service shop {{\n  on = env == dev and cluster != dev-eu\n  layer = services\n  owner = infra\n  namespace = \"shop\"\n  labels {{ at = \"x-${{cluster}}\"  all = \"same\" }}\n  manifests {{ path = \"apps\" }}\n}}\n"
    ));
    let told = told(&mut editor, "platform.pf", "at =", 0);
    assert!(told.contains("| `\"x-c00\"` | c00 |") && told.contains("and 4 more values on 4 instances"), "{told}");
    assert!(!told.contains("x-c08"), "{told}");
    let told = self::told(&mut editor, "platform.pf", "all =", 0);
    assert!(told.contains("| `\"same\"` | all 12 instances |"), "{told}");
    let told = self::told(&mut editor, "platform.pf", "shop {", 0);
    assert!(told.contains("c00, c01, c02, c03, c04, c05 and 6 more"), "{told}");
}

#[test]
fn what_is_half_typed_hides_nothing_else() {
    let mut editor = opened();
    let half = PLATFORM[1].1.replace("service queue {", "service broken {\n  owner = \n\nservice queue {");
    editor.change(
        "services.pf",
        &half.replace(
            "  owner     = infra\n  namespace = \"shop\"",
            "  owner     = infra\n  namespace = \"shop\"\n  links {",
        ),
    );
    assert!(told(&mut editor, "services.pf", "queue {", 0).contains("- **owner**: infra"));
    editor.change("services.pf", &PLATFORM[1].1.replace("needs     = [queue]", "needs     = "));
    let told = told(&mut editor, "services.pf", "namespace", 0);
    assert!(told.contains("| `\"shop\"` | all 2 instances |"), "{told}");
    let nothing =
        json!({ "textDocument": { "uri": editor.uri("services.pf") }, "position": { "line": 4, "character": 0 } });
    assert!(editor.request("textDocument/hover", nothing).unwrap().is_null());
}

#[test]
fn what_a_for_makes_tells_of_the_first() {
    let mut editor = of(
        "for name in [\"a\", \"b\"] {\n  ## One of them.\n  service \"shop-${name}\" {\n    layer = services\n    owner = infra\n    namespace = \"shop-${name}\"\n    manifests { path = \"apps\" }\n  }\n}\n",
    );
    let told = told(&mut editor, "platform.pf", "namespace", 0);
    assert!(told.contains("`\"shop-a\"`") && told.contains("of shop-a; this line stands for 1 more service"), "{told}");
    let told = self::told(&mut editor, "platform.pf", "owner", 0);
    assert!(told.starts_with("`owner`"), "{told}");
    let told = self::told(&mut editor, "platform.pf", "name}", 0);
    assert!(told.contains("for name in [\"a\", \"b\"]"), "{told}");
}

#[test]
fn a_path_of_what_must_not_differ_tells_what_it_leads_to() {
    let mut editor = of(
        "service front {\n  layer = services\n  owner = infra\n  namespace = \"front\"\n  same_across = [helm.version, helm.values.image.tag]\n  helm {\n    repo = \"https://charts.example.com\"\n    chart = \"front\"\n    version = \"1.2.0\"\n    values { image { tag = \"v3\" } }\n  }\n}\n",
    );
    let version = told(&mut editor, "platform.pf", "version, helm", 0);
    assert!(version.starts_with("`version`: chart version") && version.contains("`\"1.2.0\"`"), "{version}");
    let tag = told(&mut editor, "platform.pf", "tag]", 0);
    assert!(tag.starts_with("`helm.values.image.tag`") && tag.contains("`\"v3\"`"), "{tag}");
}
