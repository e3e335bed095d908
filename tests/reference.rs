//! The pages that are generated from the code stand in docs/ as the code has them now. `UPDATE=1` rewrites them.

use std::fmt::Write as _;
use std::path::Path;

use platformc::diagnostics::{CODES, Severity};

fn check(path: &str, expected: &str) {
    let full = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&full, expected).expect("the page can be written");
    }
    let found = std::fs::read_to_string(&full).unwrap_or_default();
    assert!(found == expected, "{path} is not what the code says: run `UPDATE=1 cargo test --test reference`");
}

#[test]
fn language_reference_is_current() {
    check("docs/language.md", &platformc::schema::language_reference());
}

#[test]
fn index_of_codes_is_current() {
    let mut index = String::from(
        "# Codes\n\n`platformc explain CODE` prints the page of a code.\n\n| code | | what it is about |\n|---|---|---|\n",
    );
    for code in CODES {
        let severity = if code.severity == Severity::Error { "error" } else { "warning" };
        let _ = writeln!(index, "| [{0}](../src/diagnostics/explain/{0}.md) | {severity} | {1} |", code.id, code.title);
    }
    check("docs/codes.md", &index);
}

#[test]
fn init_writes_a_platform_without_findings() {
    let mut database = platformc::db::Database::new("platform.pf");
    let text = include_str!("../src/cli/init.pf");
    let content = platformc::db::Content::Text(text.into());
    database.apply([("platform.pf".to_owned(), content)].into());
    assert_eq!(platformc::compile::diagnostics(&database, platformc::project::today()), vec![]);
    assert_eq!(platformc::syntax::format::format(text).as_deref(), Some(text));
}
