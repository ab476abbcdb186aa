//! What a name can be bound to while a program is evaluated or checked.

use crate::array::Array;
use crate::array::selection::Selection;
use crate::builtin::Builtin;
use crate::function::{Closure, Module};
use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::shape::Dim;
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
    /// `x[mask]`, as long as nobody asked for its size: only while running.
    Selection(Rc<Selection>),
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
    /// A method of a function, such as `add.reduce`: the function, and what takes it first.
    Method(Rc<(Value, &'static Builtin)>),
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

impl Value {
    /// A value of which nothing is known.
    pub const ANY: Value = Value::Unknown(Unknown::Any);

    /// A text.
    pub fn text(text: &str) -> Value {
        Value::Str(text.into())
    }

    /// The characters of a text.
    pub fn characters(text: &str) -> Vec<Value> {
        text.chars().map(|c| Value::text(c.encode_utf8(&mut [0; 4]))).collect()
    }

    /// A tuple.
    pub fn tuple(items: Vec<Value>) -> Value {
        Value::Tuple(items.into())
    }

    /// The weak scalar with the value of an element.
    pub fn weak(scalar: Scalar) -> Value {
        match scalar.dtype.kind() {
            Kind::Bool => Value::Bool(scalar.truthy()),
            Kind::Signed | Kind::Unsigned => Value::Int(scalar.as_i128() as i64),
            Kind::Float => Value::Float(scalar.as_f64()),
            Kind::Complex => {
                let (re, im) = scalar.as_complex();
                Value::Complex(re, im)
            }
        }
    }

    /// Whether it can be called.
    pub fn is_function(&self) -> bool {
        matches!(self, Value::Function(_) | Value::Builtin(_) | Value::Method(_))
    }

    /// Its type as messages show it: `float64[1000, 360]`, `int`, `tuple of 2`.
    pub fn type_text(&self) -> String {
        match self {
            Value::None => "none".into(),
            Value::Bool(_) | Value::Unknown(Unknown::Bool) => "bool".into(),
            Value::Int(_) | Value::Unknown(Unknown::Int) => "int".into(),
            Value::Float(_) | Value::Unknown(Unknown::Float) => "float".into(),
            Value::Complex(..) | Value::Unknown(Unknown::Complex) => "complex".into(),
            Value::Str(_) | Value::Unknown(Unknown::Str) => "str".into(),
            Value::DType(_) => "dtype".into(),
            Value::Array(a) => array_type_text(a.0.dtype, &a.0.dims),
            Value::Selection(s) => {
                let mut dims = s.source().dims()[s.mask().ndim() - 1..].to_vec();
                dims[0] = Dim::Unknown(0);
                array_type_text(s.dtype(), &dims)
            }
            Value::Tuple(items) => format!("tuple of {}", items.len()),
            Value::Record(_) => "record".into(),
            Value::Range(..) => "range".into(),
            Value::Function(_) | Value::Builtin(_) | Value::Method(_) => "function".into(),
            Value::Module(_) => "module".into(),
            Value::Unknown(Unknown::Any) => "a value not known before the run".into(),
        }
    }
}

/// An array type as messages show it: `float64[1000, ?]`, `float64[]` for 0-d.
pub fn array_type_text(dtype: DType, dims: &[Dim]) -> String {
    let sizes: Vec<String> = dims
        .iter()
        .map(|d| match d {
            Dim::Known(n) => n.to_string(),
            Dim::Unknown(_) => "?".into(),
        })
        .collect();
    format!("{dtype}[{}]", sizes.join(", "))
}
