//! Base64 with padding, as Go's `encoding/json` reads it into bytes.

/// The bytes, or nothing where the text is none.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let signs: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let padding = signs.iter().rev().take_while(|sign| **sign == b'=').count();
    if signs.is_empty() || !signs.len().is_multiple_of(4) || padding > 2 {
        return None;
    }
    let data = signs.get(..signs.len() - padding)?;
    let digits: Vec<u8> = data.iter().map(|sign| digit(*sign)).collect::<Option<_>>()?;
    Some(digits.chunks(4).flat_map(bytes).collect())
}

fn digit(sign: u8) -> Option<u8> {
    match sign {
        b'A'..=b'Z' => Some(sign - b'A'),
        b'a'..=b'z' => Some(sign - b'a' + 26),
        b'0'..=b'9' => Some(sign - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// Up to four digits are up to three bytes.
fn bytes(digits: &[u8]) -> Vec<u8> {
    let whole = digits.iter().fold(0_u32, |whole, digit| (whole << 6) | u32::from(*digit));
    let shifted = whole << (6 * (4 - digits.len().min(4)));
    let count = digits.len().saturating_sub(1);
    shifted.to_be_bytes().into_iter().skip(1).take(count).collect()
}
