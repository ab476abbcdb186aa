//! Python's format mini-language for one scalar: `f"{x:>10.3f}"`, `f"{n:#010x}"`, `f"{s:^20}"`.
//!
//! The grammar (Python's library reference, "Format Specification Mini-Language"):
//!
//! ```text
//! [[fill]align][sign]["z"]["#"]["0"][width][","|"_"]["." precision][type]
//! ```
//!
//! Before: a value and a specification from a script. After: the text Python's `format` gives, or
//! one sentence that says what is wrong. Width and precision are limited to [`MAX_SIZE`], so a
//! specification cannot ask for a text out of proportion. The locale type `n` knows no locale and
//! groups nothing, as Python's does in the C locale.

use super::number::{Decimal, Real, bool_text, complex_text, exponent_text, float64_text};

/// The largest width and precision that are accepted.
pub const MAX_SIZE: usize = 10_000;

/// A value to be formatted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// An integer of any dtype.
    Int(i128),
    /// A real number; a `float32` is widened by the caller.
    Float(f64),
    /// A truth value. With a specification it counts as 0 or 1.
    Bool(bool),
    /// A string.
    Str(&'a str),
    /// A complex number: real and imaginary part.
    Complex(f64, f64),
}

/// The text of `value` under the format specification `spec`, as Python's `format(value, spec)`.
///
/// An empty specification gives the plain text of the value. The error is one sentence without a
/// full stop, such as `unknown format code 'q' for a float`.
pub fn format_scalar(value: Scalar, spec: &str) -> Result<String, String> {
    if spec.is_empty() {
        return Ok(plain(value));
    }
    let is_text = matches!(value, Scalar::Str(_));
    let spec = Parser::new(spec).parse(is_text)?;
    spec.check_grouping(value)?;
    match value {
        Scalar::Int(value) => format_integer(value, &spec),
        Scalar::Bool(value) => format_integer(i128::from(value), &spec),
        Scalar::Float(value) => format_float(value, &spec, "a float"),
        Scalar::Complex(real, imaginary) => format_complex(real, imaginary, &spec),
        Scalar::Str(text) => format_text(text, &spec),
    }
}

fn plain(value: Scalar) -> String {
    match value {
        Scalar::Int(value) => value.to_string(),
        Scalar::Float(value) => float64_text(value),
        Scalar::Bool(value) => bool_text(value).to_string(),
        Scalar::Str(text) => text.to_string(),
        Scalar::Complex(real, imaginary) => {
            complex_text(Real::double(real), Real::double(imaginary))
        }
    }
}

// ---- the specification --------------------------------------------------------------------------

#[derive(Clone, Copy, PartialEq, Eq)]
enum Align {
    Left,
    Right,
    Centre,
    /// Padding between the sign and the digits.
    Inside,
}

/// A parsed specification; absent parts are `None` or `false`.
#[derive(Clone)]
struct Spec {
    fill: char,
    align: Option<Align>,
    zero_flag: bool,
    sign: Option<char>,
    no_negative_zero: bool,
    alternate: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    code: Option<char>,
}

impl Spec {
    /// A comma goes with decimal numbers only, an underscore also with the other bases.
    fn check_grouping(&self, value: Scalar) -> Result<(), String> {
        let Some(grouping) = self.grouping else { return Ok(()) };
        let allowed = match self.code {
            None => !matches!(value, Scalar::Str(_)),
            Some('d' | 'e' | 'f' | 'g' | 'E' | 'F' | 'G' | '%') => true,
            Some('b' | 'o' | 'x' | 'X') => grouping == '_',
            Some(_) => false,
        };
        if allowed {
            return Ok(());
        }
        Err(format!("'{grouping}' cannot be used with format code '{}'", self.code.unwrap_or('s')))
    }

    fn unknown_code(&self, what: &str) -> String {
        let code = self.code.unwrap_or('s');
        format!("unknown format code '{}' for {what}", code.escape_debug())
    }

    /// The width that zeros, grouped like digits, have to fill after `taken` other characters.
    fn zero_width(&self, taken: usize) -> usize {
        let zeros = self.fill == '0' && self.align == Some(Align::Inside);
        if zeros { self.width.saturating_sub(taken) } else { 0 }
    }
}

struct Parser {
    chars: Vec<char>,
    at: usize,
}

impl Parser {
    fn new(spec: &str) -> Parser {
        Parser { chars: spec.chars().collect(), at: 0 }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn eat(&mut self, wanted: &[char]) -> Option<char> {
        let found = self.peek(0).filter(|c| wanted.contains(c))?;
        self.at += 1;
        Some(found)
    }

    fn parse(mut self, is_text: bool) -> Result<Spec, String> {
        let (fill, align) = self.fill_and_align();
        let sign = self.eat(&['+', '-', ' ']);
        let no_negative_zero = self.eat(&['z']).is_some();
        let alternate = self.eat(&['#']).is_some();
        let zero_flag = fill.is_none() && self.eat(&['0']).is_some();
        let width = self.size("width")?.unwrap_or(0);
        let grouping = self.grouping()?;
        let precision = self.precision()?;
        let code = self.peek(0);
        if self.at + 1 < self.chars.len() {
            return Err("the format specification is not valid".to_string());
        }
        let inside = zero_flag && align.is_none() && !is_text;
        Ok(Spec {
            fill: fill.unwrap_or(if zero_flag { '0' } else { ' ' }),
            align: if inside { Some(Align::Inside) } else { align },
            zero_flag,
            sign,
            no_negative_zero,
            alternate,
            width,
            grouping,
            precision,
            code,
        })
    }

    fn fill_and_align(&mut self) -> (Option<char>, Option<Align>) {
        if let Some(align) = self.peek(1).and_then(align_of) {
            let fill = self.peek(0);
            self.at += 2;
            return (fill, Some(align));
        }
        let align = self.peek(0).and_then(align_of);
        self.at += usize::from(align.is_some());
        (None, align)
    }

    fn grouping(&mut self) -> Result<Option<char>, String> {
        let first = self.eat(&[',', '_']);
        match (first, self.peek(0)) {
            (Some(_), Some(second @ (',' | '_'))) => Err(if first == Some(second) {
                format!("'{second}' stands twice in the format specification")
            } else {
                "',' and '_' cannot be used together in a format specification".to_string()
            }),
            _ => Ok(first),
        }
    }

    fn precision(&mut self) -> Result<Option<usize>, String> {
        if self.eat(&['.']).is_none() {
            return Ok(None);
        }
        match self.size("precision")? {
            None => Err("the format specification lacks a precision after '.'".to_string()),
            size => Ok(size),
        }
    }

    /// Reads decimal digits; `None` if there are none.
    fn size(&mut self, what: &str) -> Result<Option<usize>, String> {
        let mut size = None;
        while let Some(digit) = self.peek(0).and_then(|c| c.to_digit(10)) {
            let value = size.unwrap_or(0) * 10 + digit as usize;
            if value > MAX_SIZE {
                return Err(format!("the {what} in a format specification is at most {MAX_SIZE}"));
            }
            size = Some(value);
            self.at += 1;
        }
        Ok(size)
    }
}

fn align_of(c: char) -> Option<Align> {
    match c {
        '<' => Some(Align::Left),
        '>' => Some(Align::Right),
        '^' => Some(Align::Centre),
        '=' => Some(Align::Inside),
        _ => None,
    }
}

// ---- text ---------------------------------------------------------------------------------------

fn format_text(text: &str, spec: &Spec) -> Result<String, String> {
    if !matches!(spec.code, None | Some('s')) {
        return Err(spec.unknown_code("a string"));
    }
    let refused = [
        (spec.sign.is_some(), "a sign"),
        (spec.no_negative_zero, "'z'"),
        (spec.alternate, "'#'"),
        (spec.align == Some(Align::Inside), "alignment '='"),
    ];
    if let Some((_, what)) = refused.iter().find(|(given, _)| *given) {
        return Err(format!("{what} is not allowed in the format of a string"));
    }
    let length = spec.precision.unwrap_or(usize::MAX);
    let kept: String = text.chars().take(length).collect();
    Ok(pad("", &kept, spec, Align::Left))
}

/// Fills up to the width; `head` (sign and prefix) stands before padding of kind `Inside`.
fn pad(head: &str, body: &str, spec: &Spec, default: Align) -> String {
    let length = head.chars().count() + body.chars().count();
    let missing = spec.width.saturating_sub(length);
    let (before, inside) = match spec.align.unwrap_or(default) {
        Align::Left => (0, 0),
        Align::Right => (missing, 0),
        Align::Centre => (missing / 2, 0),
        Align::Inside => (0, missing),
    };
    let fill = |count: usize| std::iter::repeat_n(spec.fill, count).collect::<String>();
    let after = missing - before - inside;
    [fill(before).as_str(), head, &fill(inside), body, &fill(after)].concat()
}

// ---- numbers ------------------------------------------------------------------------------------

/// A number cut into the parts that padding and grouping treat differently.
struct Parts {
    negative: bool,
    /// `0x` and the like.
    prefix: &'static str,
    /// Digits before the decimal point; empty for `inf`, `nan` and characters.
    digits: String,
    /// Everything after the digits.
    rest: String,
}

impl Parts {
    /// Sign and prefix.
    fn head(&self, sign: Option<char>) -> String {
        let mut head = String::new();
        match sign {
            _ if self.negative => head.push('-'),
            Some(sign @ ('+' | ' ')) => head.push(sign),
            _ => {}
        }
        head + self.prefix
    }

    /// Digits with separators, with zeros before them where `spec` fills with zeros.
    fn body(&self, taken: usize, spec: &Spec) -> String {
        if self.digits.is_empty() {
            return self.rest.clone();
        }
        let width = spec.zero_width(taken + self.rest.len());
        group(&self.digits, spec.grouping, group_size(spec.code), width) + &self.rest
    }

    fn write(&self, spec: &Spec) -> String {
        let head = self.head(spec.sign);
        let body = self.body(head.len(), spec);
        pad(&head, &body, spec, Align::Right)
    }
}

fn group_size(code: Option<char>) -> usize {
    if matches!(code, Some('b' | 'o' | 'x' | 'X')) { 4 } else { 3 }
}

/// Digits in groups, filled with zeros to at least `width` characters, separators included.
///
/// A separator never comes first, so the result can be one character wider than `width`.
fn group(digits: &str, separator: Option<char>, size: usize, width: usize) -> String {
    let Some(separator) = separator else {
        return format!("{digits:0>width$}");
    };
    let mut reversed = String::new();
    let mut left = digits.bytes().rev().map(char::from).peekable();
    let mut count = 0;
    while left.peek().is_some() || reversed.len() < width {
        if count > 0 && count % size == 0 {
            reversed.push(separator);
        }
        reversed.push(left.next().unwrap_or('0'));
        count += 1;
    }
    reversed.chars().rev().collect()
}

fn format_integer(value: i128, spec: &Spec) -> Result<String, String> {
    match spec.code {
        Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') => {
            return format_float(value as f64, spec, "an integer");
        }
        None | Some('b' | 'c' | 'd' | 'o' | 'x' | 'X' | 'n') => {}
        Some(_) => return Err(spec.unknown_code("an integer")),
    }
    if spec.precision.is_some() {
        return Err("a precision is not allowed in the format of an integer".to_string());
    }
    if spec.no_negative_zero {
        return Err("'z' is not allowed in the format of an integer".to_string());
    }
    if spec.code == Some('c') {
        return format_character(value, spec);
    }
    Ok(integer_parts(value, spec).write(spec))
}

fn integer_parts(value: i128, spec: &Spec) -> Parts {
    let magnitude = value.unsigned_abs();
    let (prefix, digits) = match spec.code {
        Some('b') => ("0b", format!("{magnitude:b}")),
        Some('o') => ("0o", format!("{magnitude:o}")),
        Some('x') => ("0x", format!("{magnitude:x}")),
        Some('X') => ("0X", format!("{magnitude:X}")),
        _ => ("", magnitude.to_string()),
    };
    let prefix = if spec.alternate { prefix } else { "" };
    Parts { negative: value < 0, prefix, digits, rest: String::new() }
}

fn format_character(value: i128, spec: &Spec) -> Result<String, String> {
    if spec.sign.is_some() || spec.alternate {
        return Err("a sign or '#' is not allowed with format code 'c'".to_string());
    }
    let character = u32::try_from(value).ok().and_then(char::from_u32);
    let Some(character) = character else {
        return Err(format!("{value} is not a character for format code 'c'"));
    };
    Ok(pad("", &character.to_string(), spec, Align::Right))
}

fn format_float(value: f64, spec: &Spec, what: &str) -> Result<String, String> {
    check_float_code(spec, what)?;
    Ok(float_parts(value, spec, true).write(spec))
}

fn check_float_code(spec: &Spec, what: &str) -> Result<(), String> {
    match spec.code {
        None | Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n' | '%') => Ok(()),
        Some(_) => Err(spec.unknown_code(what)),
    }
}

/// Sign, digits and rest of a float. `point_zero` asks for a digit after the point where the
/// specification names no type (`1.0`, not `1`), as it is for floats but not inside a complex one.
fn float_parts(value: f64, spec: &Spec, point_zero: bool) -> Parts {
    let value = if spec.code == Some('%') { value * 100.0 } else { value };
    let (mut text, is_zero) = match finite_text(value, spec, point_zero && spec.code.is_none()) {
        Some(found) => found,
        None => ((if value.is_nan() { "nan" } else { "inf" }).to_string(), false),
    };
    if matches!(spec.code, Some('E' | 'F' | 'G')) {
        text.make_ascii_uppercase();
    }
    if spec.code == Some('%') {
        text.push('%');
    }
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let rest = text.split_off(end);
    let negative = value.is_sign_negative() && !value.is_nan();
    let negative = negative && !(spec.no_negative_zero && is_zero);
    Parts { negative, prefix: "", digits: text, rest }
}

/// The magnitude of a finite number, and whether all its digits are zero.
fn finite_text(value: f64, spec: &Spec, point_zero: bool) -> Option<(String, bool)> {
    if !value.is_finite() {
        return None;
    }
    let code = spec.code.map(|code| code.to_ascii_lowercase());
    let decimal = match (code, spec.precision) {
        (Some('e'), places) => Decimal::significant(value, places.unwrap_or(6) + 1),
        (Some('f' | '%'), places) => Decimal::fractional(value, places.unwrap_or(6)),
        (None, None) => Decimal::shortest(Real::double(value)),
        (_, count) => Decimal::significant(value, count.unwrap_or(6)),
    };
    let is_zero = decimal.is_zero();
    let text = match code {
        Some('e') => scientific(&decimal, spec.alternate),
        Some('f' | '%') => positional(&decimal, spec.alternate, false),
        _ => general(decimal, code.is_none(), spec, point_zero),
    };
    Some((text, is_zero))
}

/// Types `g`, `n` and none: an exponent where the number is very large or small.
fn general(decimal: Decimal, untyped: bool, spec: &Spec, point_zero: bool) -> String {
    let most = match spec.precision {
        None if untyped => 16,
        precision => precision.unwrap_or(6).max(1) as i32 - i32::from(point_zero),
    };
    let keeps_zeros = spec.alternate && !(untyped && spec.precision.is_none());
    let exponential = decimal.point <= -4 || decimal.point > most;
    let decimal = if keeps_zeros { decimal } else { decimal.trimmed() };
    if exponential {
        scientific(&decimal, spec.alternate)
    } else {
        positional(&decimal, spec.alternate, point_zero)
    }
}

fn scientific(decimal: &Decimal, keep_point: bool) -> String {
    let (first, rest) = decimal.digits.split_at(1);
    let point = if keep_point || !rest.is_empty() { "." } else { "" };
    format!("{first}{point}{rest}e{}", exponent_text(decimal.exponent(), 2))
}

fn positional(decimal: &Decimal, keep_point: bool, point_zero: bool) -> String {
    let (whole, mut fraction) = decimal.positional();
    if point_zero && fraction.is_empty() {
        fraction.push('0');
    }
    let point = if keep_point || !fraction.is_empty() { "." } else { "" };
    format!("{whole}{point}{fraction}")
}

/// Real part, imaginary part with its sign, and `j`; padding goes around the whole.
fn format_complex(real: f64, imaginary: f64, spec: &Spec) -> Result<String, String> {
    check_float_code(spec, "a complex number")?;
    if spec.code == Some('%') {
        return Err(spec.unknown_code("a complex number"));
    }
    if spec.zero_flag || spec.fill == '0' {
        return Err("padding with zeros is not allowed for a complex number".to_string());
    }
    if spec.align == Some(Align::Inside) {
        return Err("alignment '=' is not allowed in the format of a complex number".to_string());
    }
    let bare = spec.code.is_none();
    let only_imaginary = bare && real == 0.0 && real.is_sign_positive();
    let sign = if only_imaginary { spec.sign } else { Some('+') };
    let mut text = half(imaginary, sign, spec) + "j";
    if !only_imaginary {
        text = half(real, spec.sign, spec) + &text;
        if bare {
            text = format!("({text})");
        }
    }
    Ok(pad("", &text, spec, Align::Right))
}

fn half(value: f64, sign: Option<char>, spec: &Spec) -> String {
    let parts = float_parts(value, spec, false);
    let head = parts.head(sign);
    let body = parts.body(head.len(), spec);
    head + &body
}
