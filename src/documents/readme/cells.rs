/// A text as a cell of a table: a bar would end it.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// An address as Markdown links it: without the brackets only some readers do.
pub(in crate::documents) fn address(url: &str) -> String {
    let linked = ["https://", "http://", "mailto:"].iter().any(|scheme| url.starts_with(scheme));
    if linked && !url.contains([' ', '<', '>']) { format!("<{url}>") } else { url.to_owned() }
}
