//! arr, an array language: the embedding API.
//!
//! A [`Session`] holds names and evaluates programs among them; a [`Value`] is what comes out.
//! Arrays go in without a copy and come out as `ndarray` arrays.
//!
//! ```
//! use ndarray::Array2;
//!
//! let data = Array2::from_shape_fn((100, 3), |(i, j)| (i * (j + 1)) as f64);
//! let mut session = arr::Session::new();
//! session.set("x", &data)?;
//! let y = session.eval("(x - x.mean(axis=0)) / x.std(axis=0)")?;
//! assert_eq!(y.shape(), Some(&[100, 3][..]));
//! # Ok::<(), arr::Error>(())
//! ```
//!
//! Errors say what is wrong, where, and what to do:
//!
//! ```
//! let mut session = arr::Session::new();
//! let error = session.eval("zeros((2, 3)) + zeros(2)").unwrap_err();
//! assert_eq!(error.kind(), arr::ErrorKind::Program);
//! println!("{}", error.render(false));
//! ```
//!
//! Nothing here is global: sessions do not know of each other. No function panics over a program
//! or a value, whatever they are.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod bench;
mod error;
mod group;
mod host;
mod info;
mod machine;
mod plans;
mod profile;
mod progress;
mod record;
mod render;
mod session;
mod stored;
mod target;
mod value;
mod worker;

pub use bench::{Bandwidth, Timing};
pub use error::{Diagnostic, Error, ErrorKind, Label, Severity};
pub use profile::{StepBytes, StepStats};
pub use progress::{Progress, Watch};
pub use record::Stage;
pub use session::{Interrupter, Session, SessionBuilder, Stats};
pub use value::{Element, Value};

use std::path::Path;

/// What a code such as `E0102` means: its title, and an explanation.
pub fn explain_error(code: &str) -> Option<(&'static str, &'static str)> {
    arr_syntax::codes::explain(code).map(|info| (info.title, info.explanation))
}

/// A program that gives a code such as `E0102`, and its correction; none for codes that no short
/// program shows.
pub fn error_example(code: &str) -> Option<(&'static str, &'static str)> {
    arr_syntax::examples::example(code).map(|e| (e.wrong, e.right))
}

/// Whether `help("name")` tells about a topic of that name, rather than a function.
pub fn is_help_topic(name: &str) -> bool {
    arr_compiler::builtins::topics::topic(name).is_some()
}

/// Reads a script.
///
/// # Errors
/// It cannot be read, is too large, or is not UTF-8.
pub fn read_script(path: &Path) -> Result<String, Error> {
    Ok(host::read_source(path)?)
}

/// A script from its bytes; `name` is what messages call it.
///
/// # Errors
/// It is not UTF-8.
pub fn decode_script(name: &str, bytes: Vec<u8>) -> Result<String, Error> {
    Ok(host::decode(name, bytes)?)
}

/// The error of an output that could not be written.
pub fn output_error(error: &std::io::Error) -> Error {
    host::output_error(error).into()
}

/// The error of a standard input that could not be read.
pub fn input_error(error: &std::io::Error) -> Error {
    host::input_error(error).into()
}

/// What a file holds, in words: its arrays with their names, dtypes, shapes, chunks, attributes.
///
/// # Errors
/// It cannot be read, or is damaged.
pub fn file_info(path: &str) -> Result<String, Error> {
    let options = arr_storage::OpenOptions::default();
    Ok(info::info(path, &options).map_err(host::storage_error)?)
}

/// A size in bytes, as the command line takes it: `512MiB`, `4g`, `1.5 GB`.
pub fn parse_bytes(text: &str) -> Option<usize> {
    arr_compiler::format::parse_bytes(text).and_then(|n| usize::try_from(n).ok())
}

/// A size in bytes with a unit: `7.63 MiB`.
pub fn bytes_text(bytes: usize) -> String {
    arr_compiler::format::bytes_text(bytes as u64)
}

/// The threads that a session has unless told otherwise: one per core that the process may use.
pub fn default_threads() -> usize {
    machine::threads()
}

/// Text from outside with everything escaped that could play tricks in a terminal.
pub fn escape(text: &str) -> String {
    arr_compiler::format::escape_control(text)
}

/// What an interactive prompt asks about a text.
pub mod text {
    pub use arr_syntax::{KEYWORDS, TokenClass, highlight, is_complete};
}
