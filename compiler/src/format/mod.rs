//! Text of values: what `print`, f-strings, the REPL and messages show.
//!
//! Everything here is a pure function from values to text. Nothing in this module knows about
//! laziness, chunks, files, terminals or locales, and nothing panics on any input: a value always
//! has a text, and a format specification is either understood or answered with one sentence.
//!
//! | module | contract |
//! |---|---|
//! | [`number`] | one number as NumPy's `str` and Python's `str` write it |
//! | [`mod@array`] | an array as NumPy 2 prints it with its default print options |
//! | [`spec`] | Python's format mini-language for one scalar |
//! | [`text`] | string literals, and escaping of text that came from outside |
//! | [`units`] | sizes in bytes and durations |
//!
//! NumPy and Python are the judges: `tests/numpy/` holds what they print, and the tests of this
//! crate compare with it exactly.

pub mod array;
pub mod number;
pub mod spec;
pub mod text;
pub mod units;

pub use array::{Item, array_repr, array_text, item_text};
pub use spec::{Scalar, format_scalar};
pub use text::{escape_control, string_repr};
pub use units::{bytes_text, parse_bytes, seconds_text};
