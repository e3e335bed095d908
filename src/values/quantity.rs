//! Quantities, as Kubernetes writes them.

/// The units of Kubernetes, each with what it multiplies by.
const UNITS: [(&str, f64); 16] = [
    ("n", 1e-9),
    ("u", 1e-6),
    ("m", 1e-3),
    ("", 1.0),
    ("k", 1e3),
    ("M", 1e6),
    ("G", 1e9),
    ("T", 1e12),
    ("P", 1e15),
    ("E", 1e18),
    ("Ki", 1024.0),
    ("Mi", 1_048_576.0),
    ("Gi", 1_073_741_824.0),
    ("Ti", 1_099_511_627_776.0),
    ("Pi", 1_125_899_906_842_624.0),
    ("Ei", 1_152_921_504_606_846_976.0),
];

/// How much a quantity is, near enough to compare; nothing where the text is none, or is negative.
#[must_use]
pub fn quantity(text: &str) -> Option<f64> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: f64 = number.strip_suffix('.').unwrap_or(number).parse().ok()?;
    Some(number * factor(unit)?)
}

fn factor(unit: &str) -> Option<f64> {
    let known = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
    known.or_else(|| exponent(unit))
}

/// `e3` and `E-2`.
fn exponent(unit: &str) -> Option<f64> {
    let digits = unit.strip_prefix(['e', 'E'])?;
    let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(digits);
    let is_number = !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit());
    let power: i32 = is_number.then(|| digits.parse().ok()).flatten()?;
    Some(10f64.powi(power))
}
