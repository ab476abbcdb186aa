//! The values of number literals.
//!
//! Before: text that the lexer took for a number. After: its value, or a sentence that says what
//! is wrong. No literal wraps: what does not fit is an error.

/// Why a literal has no value.
pub enum NumberError {
    /// It is not written as a number.
    Shape(&'static str),
    /// It is written well but too large.
    Large,
}

/// The largest integer a literal may stand for: 2^63, so that `-9223372036854775808` can be said.
const LARGEST: u64 = 1 << 63;

/// The value of a whole number, decimal or with `0x`, `0o`, `0b`.
pub fn int(text: &str) -> Result<u64, NumberError> {
    let (digits, radix) = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&text[2..], 16),
        [b'0', b'o' | b'O', ..] => (&text[2..], 8),
        [b'0', b'b' | b'B', ..] => (&text[2..], 2),
        _ => (text, 10),
    };
    let plain =
        without_underscores(digits.strip_prefix('_').filter(|_| radix != 10).unwrap_or(digits))?;
    if radix == 10 && plain.len() > 1 && plain.starts_with('0') && plain.bytes().any(|b| b != b'0')
    {
        return Err(NumberError::Shape("a decimal number does not start with 0"));
    }
    let significant = plain.trim_start_matches('0');
    if significant.is_empty() {
        return Ok(0);
    }
    match u64::from_str_radix(significant, radix) {
        Ok(value) if value <= LARGEST => Ok(value),
        _ => Err(NumberError::Large),
    }
}

/// The value of a number with a point or an exponent, or of the digits before `j`.
pub fn float(text: &str) -> Result<f64, NumberError> {
    let plain = without_underscores(text)?;
    let value: f64 = plain.parse().map_err(|_| NumberError::Shape("this is not a number"))?;
    if value.is_finite() { Ok(value) } else { Err(NumberError::Large) }
}

/// The digits without `_`, which may only stand between two of them.
fn without_underscores(text: &str) -> Result<String, NumberError> {
    let bytes = text.as_bytes();
    for (place, _) in text.match_indices('_') {
        let before = place.checked_sub(1).map(|i| bytes[i]);
        let after = bytes.get(place + 1);
        let digit = |b: &u8| b.is_ascii_hexdigit();
        if !before.as_ref().is_some_and(digit) || !after.is_some_and(digit) {
            return Err(NumberError::Shape("`_` may only stand between two digits"));
        }
    }
    Ok(text.replace('_', ""))
}
