use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::super::lines::Lines;
use super::{path_in, whole};
use crate::db::Db;
use crate::diagnostics::{Diagnostic, Severity};

/// The findings as a `JUnit` report: a case for each, which fails where it is an error, or one that passes.
#[must_use]
pub fn to_junit(db: &dyn Db, findings: &[Diagnostic], folder: &str) -> String {
    let mut writer = Writer::new_with_indent(vec![], b' ', 2);
    // Nothing refuses what is written into memory.
    let _ = write(&mut writer, db, findings, folder);
    String::from_utf8(writer.into_inner()).unwrap_or_default() + "\n"
}

fn write(writer: &mut Writer<Vec<u8>>, db: &dyn Db, findings: &[Diagnostic], folder: &str) -> io::Result<()> {
    let failures = findings.iter().filter(|finding| finding.severity() == Severity::Error).count().to_string();
    let tests = findings.len().max(1).to_string();
    let counts = [("name", "platformc"), ("tests", tests.as_str()), ("failures", failures.as_str())];
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer.create_element("testsuites").with_attributes(counts).write_inner_content(|writer| {
        writer.create_element("testsuite").with_attributes(counts).write_inner_content(|writer| {
            if findings.is_empty() {
                let name = [("classname", "platformc"), ("name", "check")];
                writer.create_element("testcase").with_attributes(name).write_empty()?;
            }
            let mut lines = Lines::new(db);
            findings.iter().try_for_each(|finding| case(writer, &mut lines, finding, folder))
        })?;
        Ok(())
    })?;
    Ok(())
}

fn case(writer: &mut Writer<Vec<u8>>, lines: &mut Lines<'_>, finding: &Diagnostic, folder: &str) -> io::Result<()> {
    let region = lines.region(finding.primary.span);
    let (file, line) = (path_in(folder, region.file), region.start.line.to_string());
    let name = format!("{} at {file}:{line}", finding.code.id);
    let attributes =
        [("classname", file.as_str()), ("name", name.as_str()), ("file", file.as_str()), ("line", line.as_str())];
    let text = legal(&whole(finding));
    writer.create_element("testcase").with_attributes(attributes).write_inner_content(|writer| {
        let element = match finding.severity() {
            Severity::Error => {
                let message = legal(&finding.message);
                let kind = [("type", finding.code.id), ("message", message.as_str())];
                writer.create_element("failure").with_attributes(kind)
            }
            Severity::Warning => writer.create_element("system-out"),
        };
        element.write_text_content(BytesText::new(&text))?;
        Ok(())
    })?;
    Ok(())
}

/// XML has no way to write some control characters.
fn legal(text: &str) -> String {
    let is_legal = |c: char| matches!(c, '\t' | '\n' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().map(|c| if is_legal(c) { c } else { '\u{fffd}' }).collect()
}
