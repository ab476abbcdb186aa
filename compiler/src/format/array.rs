//! Arrays as NumPy 2 prints them with its default print options.
//!
//! Before: a shape and a function that gives the element at an index. After: the text of
//! `str(a)` or `repr(a)`, without a newline at the end.
//!
//! The function is called once for each element that is *shown*, in row-major order, and never for
//! another one: above [`THRESHOLD`] elements every axis longer than twice [`EDGE_ITEMS`] shows
//! only its ends. All shown elements share one width and one notation, so the text of one element
//! can depend on all others shown and on nothing that is hidden.
//!
//! The elements of one array are of one variant of [`Item`]; that is the caller's promise. A broken
//! promise gives odd text, not a panic.

use super::number::{
    Decimal, Real, bool_text, complex_text, exponent_text, float32_text, float64_text,
};
use arr_ir::dtype::{DType, Scalar};

/// Digits after the decimal point, at most.
pub const PRECISION: usize = 8;
/// Arrays with more elements than this are summarised.
pub const THRESHOLD: usize = 1000;
/// Elements shown at each end of a summarised axis.
pub const EDGE_ITEMS: usize = 3;
/// Columns of a line.
pub const LINE_WIDTH: usize = 75;

/// Dtypes whose name is left out of a `repr`, since the elements say it.
const IMPLIED_DTYPES: [&str; 4] = ["int64", "float64", "complex128", "bool"];

/// One element of an array.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Item {
    /// A `bool`.
    Bool(bool),
    /// An integer of any dtype.
    Int(i128),
    /// A `float32`.
    F32(f32),
    /// A `float64`.
    F64(f64),
    /// A `complex64`: real and imaginary part.
    C64(f32, f32),
    /// A `complex128`: real and imaginary part.
    C128(f64, f64),
}

impl From<Scalar> for Item {
    fn from(scalar: Scalar) -> Item {
        let (re, im) = scalar.as_complex();
        match scalar.dtype {
            DType::Bool => Item::Bool(scalar.truthy()),
            DType::F32 => Item::F32(re as f32),
            DType::F64 => Item::F64(re),
            DType::C64 => Item::C64(re as f32, im as f32),
            DType::C128 => Item::C128(re, im),
            _ => Item::Int(scalar.as_i128()),
        }
    }
}

impl Item {
    fn parts(self) -> (Real, Real) {
        match self {
            Item::Bool(value) => (Real::double(f64::from(value)), Real::double(0.0)),
            Item::Int(value) => (Real::double(value as f64), Real::double(0.0)),
            Item::F32(value) => (Real::single(value), Real::single(0.0)),
            Item::F64(value) => (Real::double(value), Real::double(0.0)),
            Item::C64(real, imaginary) => (Real::single(real), Real::single(imaginary)),
            Item::C128(real, imaginary) => (Real::double(real), Real::double(imaginary)),
        }
    }
}

/// One element standing alone, as NumPy's `str` writes a scalar or a 0-d array.
pub fn item_text(item: Item) -> String {
    match item {
        Item::Bool(value) => bool_text(value).to_string(),
        Item::Int(value) => value.to_string(),
        Item::F32(value) => float32_text(value),
        Item::F64(value) => float64_text(value),
        Item::C64(..) | Item::C128(..) => {
            let (real, imaginary) = item.parts();
            complex_text(real, imaginary)
        }
    }
}

/// The text of `print(a)`: rows in brackets, elements separated by spaces.
///
/// `get` receives an index with one entry per axis and is called only for elements that are shown.
/// An array without axes prints as its scalar, one without elements as `[]`.
pub fn array_text(shape: &[usize], get: &mut dyn FnMut(&[usize]) -> Item) -> String {
    if shape.is_empty() {
        return item_text(get(&[]));
    }
    layout(shape, get, Style { separator: " ", indent: 0, width: LINE_WIDTH })
}

/// The text of `repr(a)`: `array([1., 2.], dtype=float32)`.
///
/// `dtype` is NumPy's name of the dtype. It is left out where the elements imply it; the shape is
/// added where the elements do not show it (summarised and empty arrays).
pub fn array_repr(shape: &[usize], dtype: &str, get: &mut dyn FnMut(&[usize]) -> Item) -> String {
    const OPEN: &str = "array(";
    let style = Style { separator: ", ", indent: OPEN.len(), width: LINE_WIDTH - 1 };
    let body = format!("{OPEN}{}", layout(shape, get, style));
    let size = size_of(shape);
    let mut extras = Vec::new();
    if size > THRESHOLD || (size == 0 && shape != [0]) {
        extras.push(format!("shape={}", shape_text(shape)));
    }
    if size == 0 || !IMPLIED_DTYPES.contains(&dtype) {
        extras.push(format!("dtype={dtype}"));
    }
    if extras.is_empty() {
        return body + ")";
    }
    let extras = extras.join(", ") + ")";
    let last_line = body.len() + 1 - body.rfind('\n').map_or(0, |at| at + 1);
    let fits = last_line + extras.len() < LINE_WIDTH;
    let gap = if fits { " ".to_string() } else { format!("\n{}", " ".repeat(OPEN.len())) };
    format!("{body},{gap}{extras}")
}

/// A shape as Python writes a tuple: `()`, `(3,)`, `(2, 3)`.
pub fn shape_text(shape: &[usize]) -> String {
    match shape {
        [one] => format!("({one},)"),
        _ => format!("({})", shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")),
    }
}

fn size_of(shape: &[usize]) -> usize {
    if shape.contains(&0) { 0 } else { shape.iter().fold(1, |size, len| size.saturating_mul(*len)) }
}

// ---- which elements are shown -------------------------------------------------------------------

/// The leading and trailing part of an axis that is shown; both parts meet when nothing is hidden.
#[derive(Clone, Copy)]
struct Shown {
    length: usize,
    hides: bool,
}

impl Shown {
    fn new(length: usize, summarise: bool) -> Shown {
        Shown { length, hides: summarise && length > 2 * EDGE_ITEMS }
    }

    fn count(self) -> usize {
        if self.hides { 2 * EDGE_ITEMS } else { self.length }
    }

    /// The index along the axis of the shown entry with this number.
    fn index(self, number: usize) -> usize {
        if self.hides && number >= EDGE_ITEMS {
            self.length - 2 * EDGE_ITEMS + number
        } else {
            number
        }
    }

    /// Whether `...` stands before the shown entry with this number.
    fn gap_before(self, number: usize) -> bool {
        self.hides && number == EDGE_ITEMS
    }
}

fn collect(axes: &[Shown], get: &mut dyn FnMut(&[usize]) -> Item) -> Vec<Item> {
    let mut items = Vec::new();
    let mut index = Vec::with_capacity(axes.len());
    collect_axis(axes, &mut index, &mut items, get);
    items
}

fn collect_axis(
    axes: &[Shown],
    index: &mut Vec<usize>,
    items: &mut Vec<Item>,
    get: &mut dyn FnMut(&[usize]) -> Item,
) {
    let Some(axis) = axes.get(index.len()) else {
        items.push(get(index));
        return;
    };
    for number in 0..axis.count() {
        index.push(axis.index(number));
        collect_axis(axes, index, items, get);
        index.pop();
    }
}

// ---- brackets and lines -------------------------------------------------------------------------

struct Style {
    separator: &'static str,
    indent: usize,
    width: usize,
}

fn layout(shape: &[usize], get: &mut dyn FnMut(&[usize]) -> Item, style: Style) -> String {
    if size_of(shape) == 0 {
        return "[]".to_string();
    }
    let summarise = size_of(shape) > THRESHOLD;
    let axes: Vec<Shown> = shape.iter().map(|len| Shown::new(*len, summarise)).collect();
    let words = element_words(&collect(&axes, get), shape.is_empty());
    let mut blocks = Blocks { axes: &axes, words: words.into_iter(), separator: style.separator };
    blocks.block(0, style.indent + 1, style.width)
}

/// Writes nested brackets from words in row-major order.
struct Blocks<'a> {
    axes: &'a [Shown],
    words: std::vec::IntoIter<String>,
    separator: &'static str,
}

impl Blocks<'_> {
    /// The text of everything below `axis`; later lines are indented, the first one is not.
    fn block(&mut self, axis: usize, indent: usize, width: usize) -> String {
        match self.axes.len() - axis {
            0 => self.words.next().unwrap_or_default(),
            1 => self.row(self.axes[axis], indent, width),
            below => self.stack(axis, below, indent, width),
        }
    }

    fn row(&mut self, axis: Shown, indent: usize, width: usize) -> String {
        let margin = self.separator.trim_end().len().max(1);
        let mut row = Row::new(indent, width.saturating_sub(margin));
        for number in 0..axis.count() {
            if axis.gap_before(number) {
                row.push("...");
                row.line.push_str(self.separator);
            }
            row.push(&self.words.next().unwrap_or_default());
            if number + 1 < axis.count() {
                row.line.push_str(self.separator);
            }
        }
        row.finish()
    }

    fn stack(&mut self, axis: usize, below: usize, indent: usize, width: usize) -> String {
        let shown = self.axes[axis];
        let newlines = "\n".repeat(below - 1);
        let between = format!("{}{newlines}{}", self.separator.trim_end(), " ".repeat(indent));
        let mut entries = Vec::with_capacity(shown.count() + 1);
        for number in 0..shown.count() {
            if shown.gap_before(number) {
                entries.push("...".to_string());
            }
            entries.push(self.block(axis + 1, indent + 1, width.saturating_sub(1)));
        }
        format!("[{}]", entries.join(&between))
    }
}

/// One innermost row, broken into lines where a word would pass the limit.
struct Row {
    done: String,
    line: String,
    indent: usize,
    limit: usize,
}

impl Row {
    fn new(indent: usize, limit: usize) -> Row {
        Row { done: String::new(), line: " ".repeat(indent), indent, limit }
    }

    fn push(&mut self, word: &str) {
        let passes = self.line.len() + word.len() > self.limit;
        if passes && self.line.len() > self.indent {
            self.done.push_str(self.line.trim_end());
            self.done.push('\n');
            self.line = " ".repeat(self.indent);
        }
        self.line.push_str(word);
    }

    fn finish(self) -> String {
        let text = self.done + &self.line;
        format!("[{}]", &text[self.indent..])
    }
}

// ---- words of one width -------------------------------------------------------------------------

/// The texts of the shown elements; in an array (not a 0-d one) they are aligned.
fn element_words(items: &[Item], alone: bool) -> Vec<String> {
    match items.first() {
        None => Vec::new(),
        Some(Item::Bool(_)) => aligned(items, if alone { 0 } else { "False".len() }),
        Some(Item::Int(_)) => aligned(items, 0),
        Some(Item::F32(_) | Item::F64(_)) => real_words(items),
        Some(Item::C64(..) | Item::C128(..)) => complex_words(items),
    }
}

fn aligned(items: &[Item], least: usize) -> Vec<String> {
    let texts: Vec<String> = items.iter().map(|item| item_text(*item)).collect();
    let width = texts.iter().map(String::len).max().unwrap_or(0).max(least);
    texts.into_iter().map(|text| format!("{text:>width$}")).collect()
}

fn real_words(items: &[Item]) -> Vec<String> {
    let reals: Vec<Real> = items.iter().map(|item| item.parts().0).collect();
    let format = RealFormat::fit(&reals, false);
    reals.iter().map(|real| format.word(*real)).collect()
}

fn complex_words(items: &[Item]) -> Vec<String> {
    let (reals, imaginaries): (Vec<Real>, Vec<Real>) =
        items.iter().map(|item| item.parts()).unzip();
    let first = RealFormat::fit(&reals, false);
    let second = RealFormat::fit(&imaginaries, true);
    let pairs = reals.iter().zip(&imaginaries);
    pairs.map(|(real, imaginary)| first.word(*real) + &with_unit(second.word(*imaginary))).collect()
}

/// Puts the `j` before the spaces that pad an imaginary part on its right.
fn with_unit(mut word: String) -> String {
    let at = word.trim_end().len();
    word.insert(at, 'j');
    word
}

/// How the real numbers of one array are written so that their decimal points line up.
struct RealFormat {
    notation: Notation,
    /// Columns before the decimal point, sign included.
    left: usize,
    /// Columns after the decimal point.
    right: usize,
    /// Whether positive numbers carry a sign.
    plus: bool,
}

#[derive(Clone, Copy)]
enum Notation {
    Positional,
    Scientific { places: usize, exponent_width: usize },
}

impl RealFormat {
    fn fit(reals: &[Real], plus: bool) -> RealFormat {
        let finite: Vec<Real> =
            reals.iter().copied().filter(|real| real.value().is_finite()).collect();
        let mut format = if finite.is_empty() {
            RealFormat { notation: Notation::Positional, left: 0, right: 0, plus }
        } else if spans_widely(&finite) {
            RealFormat::fit_scientific(&finite, plus)
        } else {
            RealFormat::fit_positional(&finite, plus)
        };
        if finite.len() < reals.len() {
            let signed = plus || reals.iter().any(|real| real.value() == f64::NEG_INFINITY);
            let longest = "inf".len() + usize::from(signed);
            format.left = format.left.max(longest.saturating_sub(format.right + 1));
        }
        format
    }

    fn fit_positional(finite: &[Real], plus: bool) -> RealFormat {
        let (mut left, mut right) = (0, 0);
        for real in finite {
            let (whole, fraction) = rounded_places(*real).positional();
            left = left.max(whole.len() + sign(*real, plus).len());
            right = right.max(fraction.len());
        }
        RealFormat { notation: Notation::Positional, left, right, plus }
    }

    fn fit_scientific(finite: &[Real], plus: bool) -> RealFormat {
        let (mut left, mut places, mut exponent_width) = (0, 0, 0);
        for real in finite {
            let decimal = rounded_digits(*real);
            left = left.max(1 + sign(*real, plus).len());
            places = places.max(decimal.digits.len() - 1);
            exponent_width = exponent_width.max(exponent_text(decimal.exponent(), 2).len() - 1);
        }
        let right = exponent_width + 2 + places;
        RealFormat { notation: Notation::Scientific { places, exponent_width }, left, right, plus }
    }

    fn word(&self, real: Real) -> String {
        let (left, right) = (self.left, self.right);
        let sign = sign(real, self.plus);
        let value = real.value();
        if !value.is_finite() {
            let name = if value.is_nan() { "nan" } else { "inf" };
            return format!("{:>width$}", format!("{sign}{name}"), width = left + right + 1);
        }
        match self.notation {
            Notation::Positional => {
                let (whole, fraction) = rounded_places(real).positional();
                format!("{:>left$}.{fraction:<right$}", format!("{sign}{whole}"))
            }
            Notation::Scientific { places, exponent_width } => {
                let decimal = exactly_digits(real, places + 1);
                let (first, rest) = decimal.digits.split_at(1);
                let exponent = exponent_text(decimal.exponent(), exponent_width);
                format!("{:>left$}.{rest}e{exponent}", format!("{sign}{first}"))
            }
        }
    }
}

fn sign(real: Real, plus: bool) -> &'static str {
    let value = real.value();
    if value.is_sign_negative() && !value.is_nan() {
        "-"
    } else if plus {
        "+"
    } else {
        ""
    }
}

/// Whether the numbers need an exponent: too large, too small, or too far apart.
///
/// Comparisons are made in the numbers' own width, as NumPy makes them: `float32(1e-4)` is not
/// below `1e-4`. A `float32` has six safe digits, hence the lower bound for large numbers.
fn spans_widely(finite: &[Real]) -> bool {
    let magnitudes = || finite.iter().map(|real| real.value().abs()).filter(|value| *value != 0.0);
    let largest = magnitudes().fold(0.0, f64::max);
    let smallest = magnitudes().fold(f64::INFINITY, f64::min);
    if largest == 0.0 {
        return false;
    }
    if finite[0].is_single() {
        let (largest, smallest) = (largest as f32, smallest as f32);
        largest >= 1e6 || smallest < 1e-4 || largest / smallest > 1000.0
    } else {
        largest >= 1e8 || smallest < 1e-4 || largest / smallest > 1000.0
    }
}

/// Shortest digits, cut to the precision after the decimal point.
fn rounded_places(real: Real) -> Decimal {
    let shortest = Decimal::shortest(real);
    if shortest.places() <= PRECISION {
        return without_end_zeros(shortest);
    }
    without_end_zeros(Decimal::fractional(real.value(), PRECISION))
}

/// Drops zeros at the end, but only such as stand after the decimal point.
fn without_end_zeros(mut decimal: Decimal) -> Decimal {
    let kept = decimal.digits.trim_end_matches('0').len().max(decimal.point.max(0) as usize);
    decimal.digits.truncate(kept);
    decimal
}

/// Shortest digits, cut to the precision after the first digit.
fn rounded_digits(real: Real) -> Decimal {
    let shortest = Decimal::shortest(real);
    if shortest.digits.len() <= PRECISION + 1 {
        return shortest.trimmed();
    }
    Decimal::significant(real.value(), PRECISION + 1).trimmed()
}

/// Shortest digits if there are `count` of them, else that many digits of the exact value.
fn exactly_digits(real: Real, count: usize) -> Decimal {
    let shortest = Decimal::shortest(real);
    if shortest.digits.len() == count {
        return shortest;
    }
    Decimal::significant(real.value(), count)
}
