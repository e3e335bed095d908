/// The formatted text.
pub fn format(text: &str) -> Option<String> {
    Some(text.to_owned())
}
