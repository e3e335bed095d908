//! Findings in the forms of GitHub, GitLab, SARIF and `JUnit`, asked for from the root of a repository in which the platform
//! has a folder of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Value, json};
use tempfile::TempDir;

const FOLDER: &str = "deploy/our platform, 100%";

/// Two mistakes that say the same, one whose message has what ends a property, and a warning.
const PLATFORM: &str = r#"platform acorn { repo = "https://git.example.com/acorn.git" }
import "none/*.pf"
team web {}
environment dev {}
cluster dev { env = dev  server = "https://dev.example.com" }
layer apps {}
service a { layer = apps  owner = wep  namespace = "a"  helm { path = "c" } }
service b { layer = apps  owner = wep  namespace = "b,b: <%> b"  helm { path = "c" } }
"#;

struct Repository(TempDir);

impl Repository {
    fn new(text: &str) -> Self {
        let repository = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(repository.0.path().join(FOLDER).join("c")).unwrap();
        fs::write(repository.0.path().join(FOLDER).join("c/Chart.yaml"), "name: c\nversion: 1.0.0\n").unwrap();
        repository.put(text);
        repository
    }

    fn put(&self, text: &str) {
        fs::write(self.0.path().join(FOLDER).join("platform.pf"), text).unwrap();
    }

    fn check(&self, format: &str) -> (String, i32) {
        let output = Command::new(env!("CARGO_BIN_EXE_platformc"))
            .args(["check", FOLDER, "--format", format])
            .current_dir(self.0.path())
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
    }

    fn json(&self, format: &str) -> Value {
        serde_json::from_str(&self.check(format).0).unwrap()
    }
}

#[test]
fn github_annotates_lines() {
    let (text, code) = Repository::new(PLATFORM).check("github");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines.len(), code), (4, 1), "{text}");
    assert_eq!(
        lines[1],
        "::error file=deploy/our platform%2C 100%25/platform.pf,line=7,endLine=7,col=35,endColumn=38,\
         title=PF0203%3A a name that nothing declares::there is no team `wep`%0AHelp: did you mean `web`?"
    );
    assert!(lines[0].starts_with("::warning file="), "{text}");
    assert!(lines[3].contains("::`b,b: <%25> b` is no DNS label%0ANote: "), "{text}");
}

#[test]
fn sarif_has_a_rule_for_each_code_and_a_place_for_each_finding() {
    let log = Repository::new(PLATFORM).json("sarif");
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules: Vec<&str> =
        run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(rules, ["PF0005", "PF0203", "PF0303"]);
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 4);
    assert!(results.iter().all(|result| rules.contains(&result["ruleId"].as_str().unwrap())));
    assert_eq!(
        results[1]["locations"][0]["physicalLocation"],
        json!({
            "artifactLocation": { "uri": "deploy/our%20platform%2C%20100%25/platform.pf" },
            "region": { "startLine": 7, "startColumn": 35, "endLine": 7, "endColumn": 38 },
        })
    );
    assert_eq!(results[0]["level"], "warning");
}

#[test]
fn sarif_has_what_is_allowed_as_suppressed() {
    let allow = "allow PF0501 until \"2099-01-01\" because \"it comes next month\"";
    let nowhere = format!("service c {{ layer = apps  owner = web  namespace = \"c\"  on = none\n  {allow} }}");
    let text = PLATFORM.replace("owner = wep", "owner = web").replace("b,b: <%> b", "b").replace("none/*", "*");
    let text = format!(
        "{}{}\n",
        text.replace("import \"*.pf\"\n", ""),
        nowhere.replace("on = none", "on = env != dev  helm { path = \"c\" }")
    );
    let log = Repository::new(&text).json("sarif");
    let results = log["runs"][0]["results"].as_array().unwrap();
    let suppressed: Vec<&Value> = results.iter().filter(|result| !result["suppressions"].is_null()).collect();
    assert_eq!(suppressed.len(), 1, "{log}");
    assert_eq!(suppressed[0]["ruleId"], "PF0501");
    let why = "until 2099-01-01: it comes next month";
    assert_eq!(suppressed[0]["suppressions"], json!([{ "kind": "inSource", "justification": why }]));
}

#[test]
fn gitlab_knows_a_finding_again() {
    let repository = Repository::new(PLATFORM);
    let fingerprints = |report: &Value| -> Vec<String> {
        let issues = report.as_array().unwrap().iter();
        issues.map(|issue| issue["fingerprint"].as_str().unwrap().to_owned()).collect()
    };
    let first = repository.json("gitlab");
    let different: BTreeSet<String> = fingerprints(&first).into_iter().collect();
    assert_eq!(different.len(), 4, "each has one of its own: {first}");
    assert_eq!(first[1]["location"], json!({ "path": format!("{FOLDER}/platform.pf"), "lines": { "begin": 7 } }));
    assert_eq!((&first[0]["severity"], &first[1]["severity"]), (&json!("minor"), &json!("critical")));
    repository.put(&PLATFORM.replace("team web {}", "\n# A line more.\nteam web {}"));
    let second = repository.json("gitlab");
    assert_eq!(second[1]["location"]["lines"]["begin"], 9);
    assert_eq!(fingerprints(&first), fingerprints(&second));
}

/// The start tags and the texts of an XML document.
fn events(xml: &str) -> (Vec<String>, String) {
    let mut reader = Reader::from_str(xml);
    let (mut tags, mut texts) = (vec![], String::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) | Event::Empty(tag) => tags.push(tag.as_ref().to_owned()),
            Event::Text(text) => texts.push_str(text.as_ref()),
            Event::Eof => return (tags, texts),
            _ => {}
        }
    }
}

#[test]
fn junit_fails_for_errors_alone() {
    let (xml, code) = Repository::new(PLATFORM).check("junit");
    let (tags, texts) = events(&xml);
    assert_eq!(code, 1);
    assert_eq!(tags[0], r#"testsuites name="platformc" tests="4" failures="3""#);
    assert_eq!(tags.iter().filter(|tag| tag.starts_with("testcase ")).count(), 4);
    assert_eq!(tags.iter().filter(|tag| tag.starts_with("failure ")).count(), 3);
    assert!(texts.contains("no DNS label"), "{xml}");
}

#[test]
fn what_is_fine_is_said_in_every_form() {
    let fine = "platform acorn { repo = \"https://git.example.com/acorn.git\" }\n";
    let repository = Repository::new(fine);
    assert_eq!(repository.check("github"), (String::new(), 0));
    assert_eq!(repository.json("gitlab"), json!([]));
    assert_eq!(repository.json("sarif")["runs"][0]["results"], json!([]));
    let (tags, _) = events(&repository.check("junit").0);
    assert_eq!(tags[0], r#"testsuites name="platformc" tests="1" failures="0""#);
}
