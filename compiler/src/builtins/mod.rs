//! The functions of the language itself, and NumPy's names for them.
//!
//! One row per function, in the file of its subject. The elementwise functions are not listed:
//! they are the rows of [`arr_ir::op::ROWS`]. What can be written in the language is not here but
//! in the standard library.

#[macro_use]
mod args;
mod bits;
mod choices;
mod complex;
mod copies;
mod creation;
mod dtypes;
mod einsum;
mod fft;
mod files;
mod help;
mod linalg;
mod ordering;
mod products;
mod reductions;
mod sequences;
mod shaping;
mod subscripts;
mod tables;
mod texts;
pub mod topics;
mod ufuncs;
mod values;
mod windows;

use crate::array::elementwise::elementwise;
use crate::builtin::{Builtin, Context};
use crate::fault::Fault;
use crate::value::Value;
use arr_ir::op::{MapOp, ROWS, Row, Rule};
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// The rows of each file, by the subject that the reference lists them under.
static SUBJECTS: &[(&str, &[Builtin])] = &[
    ("Bits", bits::ROWS),
    ("Choices and blocks", choices::ROWS),
    ("Complex numbers", complex::ROWS),
    ("Creation", creation::ROWS),
    ("Dtypes", dtypes::ROWS),
    ("Files, output and evaluation", files::ROWS),
    ("Fourier transforms", fft::ROWS),
    ("Functions applied along axes", ufuncs::ROWS),
    ("Help", help::ROWS),
    ("Linear algebra", linalg::ROWS),
    ("Order, positions and masks", ordering::ROWS),
    ("Products", products::ROWS),
    ("Sums of products", einsum::ROWS),
    ("Reductions and scans", reductions::ROWS),
    ("Repeating and moving", copies::ROWS),
    ("Sequences", sequences::ROWS),
    ("Shapes and axes", shaping::ROWS),
    ("Single values, tuples and records", values::ROWS),
    ("Text", texts::ROWS),
    ("Windows", windows::ROWS),
];

/// The subject of a function of the language.
pub fn subject(name: &str) -> &'static str {
    let own = SUBJECTS.iter().find(|s| s.1.iter().any(|b| b.name == name));
    own.map(|s| s.0).unwrap_or_else(|| match MapOp::from_name(name).map(|op| op.row().rule) {
        Some(Rule::Float) => "Elementwise: functions of real numbers",
        Some(Rule::Compare | Rule::Test | Rule::Select) => "Elementwise: comparison and choice",
        Some(Rule::Bits | Rule::Shift) => "Elementwise: bits",
        _ => "Elementwise: arithmetic",
    })
}

/// Every function of the language, sorted by name.
pub static BUILTINS: LazyLock<Vec<Builtin>> = LazyLock::new(|| {
    let mut all: Vec<Builtin> = SUBJECTS.iter().flat_map(|s| s.1).cloned().collect();
    for (row, call) in ROWS.iter().zip(CALLS) {
        if !all.iter().any(|b| b.name == row.name) {
            all.push(of_row(row, call));
        }
    }
    all.sort_by_key(|b| b.name);
    all
});

static BY_NAME: LazyLock<FxHashMap<&'static str, &'static Builtin>> = LazyLock::new(|| {
    let builtins: &'static [Builtin] = &BUILTINS;
    let mut names: FxHashMap<_, _> = builtins.iter().map(|b| (b.name, b)).collect();
    for (alias, target) in ALIASES {
        if let Some(&builtin) = names.get(target) {
            names.insert(alias, builtin);
        }
    }
    names
});

/// NumPy's names, and a few of Python's, for functions of the language.
pub static ALIASES: &[(&str, &str)] = &[
    // The prelude cannot name the module `linalg`, which is written with the prelude.
    ("_diagonal", "linalg.diagonal"),
    ("_eigvals", "linalg._eigvals"),
    ("_svd", "linalg._svd"),
    ("absolute", "abs"),
    ("amax", "max"),
    ("amin", "min"),
    ("arccos", "acos"),
    ("arccosh", "acosh"),
    ("arcsin", "asin"),
    ("arcsinh", "asinh"),
    ("arctan", "atan"),
    ("arctan2", "atan2"),
    ("arctanh", "atanh"),
    ("around", "round"),
    ("array", "asarray"),
    ("asanyarray", "asarray"),
    ("ascontiguousarray", "asarray"),
    ("bitwise_not", "bitwise_invert"),
    ("concatenate", "concat"),
    ("endswith", "ends_with"),
    ("conjugate", "conj"),
    ("copy", "asarray"),
    ("fix", "trunc"),
    ("gammaln", "lgamma"),
    ("invert", "bitwise_invert"),
    ("linalg.matmul", "matmul"),
    ("linalg.matrix_transpose", "matrix_transpose"),
    ("linalg.tensordot", "tensordot"),
    ("left_shift", "bitwise_left_shift"),
    ("mod", "remainder"),
    ("power", "pow"),
    ("promote_types", "result_type"),
    ("right_shift", "bitwise_right_shift"),
    ("row_stack", "vstack"),
    ("sliding_window_view", "windows"),
    ("special.erf", "erf"),
    ("special.erfc", "erfc"),
    ("special.gamma", "gamma"),
    ("special.gammaln", "lgamma"),
    ("special.lgamma", "lgamma"),
    ("startswith", "starts_with"),
    ("true_divide", "divide"),
];

/// Functions that take a selection as it is for their first argument; all others, and the operators
/// of the table aside all other arguments, get the array that it is.
pub static OF_SELECTIONS: &[&str] =
    &["sum", "prod", "min", "max", "any", "all", "asarray", "astype", "_reduced", "isdtype"];

/// How many of a function's first arguments may be selections.
pub(crate) fn takes_selections(builtin: &Builtin) -> usize {
    match ROWS.iter().any(|row| row.name == builtin.name && row.doc == builtin.doc) {
        true => usize::MAX,
        false => usize::from(OF_SELECTIONS.contains(&builtin.name)),
    }
}

/// The function of that name, NumPy's names included.
pub fn builtin(name: &str) -> Option<&'static Builtin> {
    BY_NAME.get(name).copied()
}

/// The function that an operator of the table is.
fn of_row(row: &'static Row, call: Call) -> Builtin {
    Builtin {
        name: row.name,
        signature: match (row.op, row.arity) {
            (MapOp::Select, _) => "condition, x1, x2",
            (_, 1) => "x",
            _ => "x1, x2",
        },
        method: true,
        call,
        doc: row.doc,
        example: row.example,
    }
}

type Call = fn(&mut dyn Context, &[Value]) -> Result<Value, Fault>;

/// Applies the operator of row `N`.
fn map<const N: usize>(cx: &mut dyn Context, args: &[Value]) -> Result<Value, Fault> {
    match ROWS.get(N) {
        Some(row) => elementwise(cx, row.op, args),
        None => Ok(Value::None),
    }
}

macro_rules! calls {
    ($($n:literal)*) => {
        /// One function per row of the operator table (a test counts them).
        static CALLS: [Call; [$($n),*].len()] = [$(map::<$n>),*];
    };
}

calls! {
    0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
    32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63
    64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 80 81 82 83 84 85 86 87 88 89 90 91 92 93 94 95
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_operator_table_is_a_function() {
        assert!(ROWS.len() <= CALLS.len());
        for row in ROWS {
            assert!(builtin(row.name).is_some(), "{}", row.name);
        }
    }

    #[test]
    fn names_are_unique_and_aliases_name_something_else() {
        for pair in BUILTINS.windows(2) {
            assert!(pair[0].name < pair[1].name, "{}", pair[0].name);
        }
        for (alias, target) in ALIASES {
            assert!(BUILTINS.iter().all(|b| b.name != *alias), "{alias}");
            assert!(BUILTINS.iter().any(|b| b.name == *target), "{target}");
        }
    }

    #[test]
    fn every_function_has_a_summary_and_an_example() {
        for b in BUILTINS.iter() {
            assert!(b.doc.ends_with('.'), "{}", b.name);
            assert!(!b.example.0.is_empty(), "{}", b.name);
        }
    }
}
