//! What a name can be bound to while a program is evaluated or checked.

use crate::array::Array;
use crate::builtin::Builtin;
use crate::function::{Closure, Module};
use arr_ir::dtype::DType;
use std::rc::Rc;

/// A value. `Bool`, `Int`, `Float` and `Complex` are *weak* scalars: never taken from an array,
/// they take the dtype of the array they meet.
#[derive(Clone)]
pub enum Value {
    /// `none`
    None,
    /// A weak bool.
    Bool(bool),
    /// A weak integer, int64 arithmetic.
    Int(i64),
    /// A weak float64.
    Float(f64),
    /// A weak complex128: real, imaginary.
    Complex(f64, f64),
    /// Text.
    Str(Rc<str>),
    /// A dtype, such as the name `float32`.
    DType(DType),
    /// An array of any rank, 0-d included: lazy, with known dtype and rank.
    Array(Array),
    /// A tuple.
    Tuple(Rc<[Value]>),
    /// A record: names and values in order.
    Record(Rc<Vec<(Rc<str>, Value)>>),
    /// `range(start, stop, step)`, step not 0.
    Range(i64, i64, i64),
    /// A function of the program or of the standard library.
    Function(Rc<Closure>),
    /// A function of the language itself.
    Builtin(&'static Builtin),
    /// An imported module.
    Module(Rc<Module>),
    /// Only while checking: something not known before the program runs.
    Unknown(Unknown),
}

/// How much is known of a value that is not known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unknown {
    /// A weak bool.
    Bool,
    /// A weak integer.
    Int,
    /// A weak float.
    Float,
    /// A weak complex.
    Complex,
    /// Text.
    Str,
    /// Anything (an array of unknown rank or dtype, a tuple of unknown length, ...).
    Any,
}
