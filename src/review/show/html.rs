//! One page that needs nothing from elsewhere.

use std::fmt::Write as _;

use super::sections::{sections_with, summary};
use super::words::{Line, Word};
use crate::review::{Denied, Review};

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1f2328;\
background:#fff}h1{font-size:1.3rem}summary{font-weight:600;cursor:pointer;margin-top:1rem}code{background:#eff1f3;\
border-radius:4px;padding:0 .25em;overflow-wrap:anywhere}.place{color:#59636e;font-size:.85em}ul{padding-left:1.2rem}\
@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}code{background:#212830}.place{color:#9198a1}}";

/// A review as a page.
#[must_use]
pub fn html(review: &Review, denied: &[Denied]) -> String {
    let title = escaped(&format!("Plan: {}", summary(review)));
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<meta name=\"viewport\" \
         content=\"width=device-width\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n\
         <p><code>{}</code> → <code>{}</code></p>\n",
        escaped(&review.from),
        escaped(&review.to)
    );
    for section in sections_with(review, denied) {
        let open = if section.is_folded { "" } else { " open" };
        let _ = writeln!(out, "<details{open}><summary>{}</summary>\n<ul>", escaped(&section.title));
        for line in &section.lines {
            let _ = writeln!(out, "{}", one(line));
        }
        out.push_str("</ul>\n</details>\n");
    }
    out + "</body>\n</html>\n"
}

fn one(line: &Line) -> String {
    let indent = if line.depth == 0 { String::new() } else { format!(" style=\"margin-left:{}rem\"", line.depth * 2) };
    let mut out = format!("<li{indent}>");
    for word in &line.words {
        let _ = match word {
            Word::Plain(text) => write!(out, "{}", escaped(text)),
            Word::Code(text) => write!(out, "<code>{}</code>", escaped(text)),
        };
    }
    if !line.place.is_empty() {
        let _ = write!(out, " <span class=\"place\">{}</span>", escaped(&line.place));
    }
    out + "</li>"
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
