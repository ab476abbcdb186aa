//! Decimal digits of floating-point numbers, and the text of one number.
//!
//! Digits come in two ways. *Shortest* digits are the fewest that read back as the same number in
//! its own width, the closest of those, and the even last digit on a tie, as NumPy and Python
//! choose them. *Rounded* digits are the exact binary value rounded half to even at a given place.
//! Both rest on `std`, whose rounding is exact at every length.
//!
//! Before: a finite number. After: a [`Decimal`] without sign. Signs, infinities and NaN are dealt
//! with by the functions that write text.

use std::fmt::Write;

/// A real number that remembers in which width its digits are the shortest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Real {
    value: f64,
    single: bool,
}

impl Real {
    /// A number of type `float32`.
    pub fn single(value: f32) -> Real {
        Real { value: f64::from(value), single: true }
    }

    /// A number of type `float64`.
    pub fn double(value: f64) -> Real {
        Real { value, single: false }
    }

    /// The number itself; the conversion from `float32` is exact.
    pub fn value(self) -> f64 {
        self.value
    }

    /// Whether the number is a `float32`.
    pub fn is_single(self) -> bool {
        self.single
    }

    /// Whether two numbers are one in the narrower width of `self`.
    fn reads_back_from(self, text: &str) -> bool {
        if self.single {
            text.parse::<f32>().is_ok_and(|read| f64::from(read) == self.value.abs())
        } else {
            text.parse::<f64>().is_ok_and(|read| read == self.value.abs())
        }
    }
}

/// The digits of a number without its sign: `0.d₀d₁d₂… × 10^point`.
///
/// There is at least one digit; the first one is zero only for the number zero, whose `point` is 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// ASCII digits, most significant first.
    pub digits: String,
    /// How many of the digits stand before the decimal point; negative for leading zeros after it.
    pub point: i32,
}

impl Decimal {
    /// The fewest digits that read back as `real`, closest first, ties to the even digit.
    pub fn shortest(real: Real) -> Decimal {
        let magnitude = real.value.abs();
        let text =
            if real.single { format!("{:e}", magnitude as f32) } else { format!("{magnitude:e}") };
        let found = Decimal::from_scientific(&text);
        let rounded = format!("{:.*e}", found.digits.len() - 1, magnitude);
        // `std` breaks an exact tie upwards; the exactly rounded text of that length is even.
        if real.reads_back_from(&rounded) { Decimal::from_scientific(&rounded) } else { found }
    }

    /// The exact value of a number rounded half to even to `count` digits (at least one).
    pub fn significant(value: f64, count: usize) -> Decimal {
        Decimal::from_scientific(&format!("{:.*e}", count.max(1) - 1, value.abs()))
    }

    /// The exact value of a number rounded half to even to `places` digits after the point.
    ///
    /// The digits then reach exactly that place. A number that rounds to zero has only zeros.
    pub fn fractional(value: f64, places: usize) -> Decimal {
        let text = format!("{:.*}", places, value.abs());
        let whole = text.find('.').unwrap_or(text.len());
        let all: String = text.chars().filter(|c| *c != '.').collect();
        Decimal { digits: all, point: whole as i32 }
    }

    fn from_scientific(text: &str) -> Decimal {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let digits = mantissa.chars().filter(|c| *c != '.').collect();
        Decimal { digits, point: exponent.parse::<i32>().unwrap_or(0) + 1 }
    }

    /// The same number without zeros at its end; one digit always stays.
    pub fn trimmed(mut self) -> Decimal {
        let kept = self.digits.trim_end_matches('0').len().max(1);
        self.digits.truncate(kept);
        self
    }

    /// Whether every digit is zero.
    pub fn is_zero(&self) -> bool {
        self.digits.bytes().all(|digit| digit == b'0')
    }

    /// How many digits stand after the decimal point in positional notation.
    pub fn places(&self) -> usize {
        (self.digits.len() as i64 - i64::from(self.point)).max(0) as usize
    }

    /// The text before and after the decimal point in positional notation.
    pub fn positional(&self) -> (String, String) {
        let zeros = |count: usize| "0".repeat(count);
        let length = self.digits.len();
        if self.point <= 0 {
            let gap = self.point.unsigned_abs() as usize;
            return ("0".to_string(), zeros(gap) + &self.digits);
        }
        let point = self.point as usize;
        if point >= length {
            return (self.digits.clone() + &zeros(point - length), String::new());
        }
        (self.digits[..point].to_string(), self.digits[point..].to_string())
    }

    /// The exponent of ten when one digit stands before the decimal point.
    pub fn exponent(&self) -> i32 {
        self.point - 1
    }
}

/// An exponent as C, Python and NumPy write it: a sign and at least `width` digits.
pub fn exponent_text(exponent: i32, width: usize) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{sign}{:0width$}", exponent.unsigned_abs())
}

/// Whether a scalar prints without an exponent. All digits of a `float64` below 1e16 mean
/// something; a `float32` is safe to six of them.
fn is_moderate(real: Real) -> bool {
    let limit = if real.single { 1e6 } else { 1e16 };
    real.value == 0.0 || (1e-4..limit).contains(&real.value.abs())
}

/// A scalar without a trailing `.0`, as it stands inside a complex number.
fn bare_text(real: Real) -> String {
    let value = real.value;
    if value.is_nan() {
        return "nan".to_string();
    }
    let mut text = if value.is_sign_negative() { "-".to_string() } else { String::new() };
    if value.is_infinite() {
        return text + "inf";
    }
    let decimal = Decimal::shortest(real);
    if is_moderate(real) {
        push_positional(&mut text, &decimal);
    } else {
        push_scientific(&mut text, &decimal);
    }
    text
}

fn push_positional(text: &mut String, decimal: &Decimal) {
    let (whole, fraction) = decimal.positional();
    text.push_str(&whole);
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(&fraction);
    }
}

fn push_scientific(text: &mut String, decimal: &Decimal) {
    let (first, rest) = decimal.digits.split_at(1);
    text.push_str(first);
    if !rest.is_empty() {
        text.push('.');
        text.push_str(rest);
    }
    text.push('e');
    text.push_str(&exponent_text(decimal.exponent(), 2));
}

/// One real scalar: `1.0`, `0.1`, `1e-05`, `1e+16`, `-0.0`, `inf`, `nan`.
///
/// This is the text of NumPy's `str` for both widths and, for `float64`, of Python's as well.
pub fn real_text(real: Real) -> String {
    let mut text = bare_text(real);
    if real.value.is_finite() && is_moderate(real) && !text.contains('.') {
        text.push_str(".0");
    }
    text
}

/// One `float64` scalar, such as `1.0` or `1e-05`.
pub fn float64_text(value: f64) -> String {
    real_text(Real::double(value))
}

/// One `float32` scalar with the shortest digits of its own width, such as `0.1`.
pub fn float32_text(value: f32) -> String {
    real_text(Real::single(value))
}

/// One complex scalar: `(1+2j)`, or `2j` when the real part is a positive zero.
pub fn complex_text(real: Real, imaginary: Real) -> String {
    let second = bare_text(imaginary);
    if real.value == 0.0 && real.value.is_sign_positive() {
        return second + "j";
    }
    let mut text = format!("({}", bare_text(real));
    if !second.starts_with('-') {
        text.push('+');
    }
    // Writing to a `String` does not fail.
    let _ = write!(text, "{second}j)");
    text
}

/// One boolean as NumPy and Python print it: `True` or `False`.
pub fn bool_text(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}
