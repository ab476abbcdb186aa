//! Names that no program binds: constants, dtypes, builtins, the standard library.

use crate::value::Value;
use arr_ir::dtype::DType;

/// Where names that the program does not bind are looked up.
pub trait Names {
    /// The value of such a name.
    fn fixed(&self, name: &str) -> Option<Value>;

    /// The function that `x.name(...)` falls back to.
    fn method(&self, name: &str) -> Option<Value>;

    /// Every such name, for suggestions.
    fn all(&self) -> Vec<String>;
}

/// The constants of the language, which a program may rebind.
pub(crate) const CONSTANTS: &[(&str, Value)] = &[
    ("pi", Value::Float(std::f64::consts::PI)),
    ("e", Value::Float(std::f64::consts::E)),
    ("inf", Value::Float(f64::INFINITY)),
    ("nan", Value::Float(f64::NAN)),
    ("newaxis", Value::None),
];

/// A constant or a dtype.
pub(crate) fn constant(name: &str) -> Option<Value> {
    let found = CONSTANTS.iter().find(|c| c.0 == name).map(|c| c.1.clone());
    found.or_else(|| DType::from_name(name).map(Value::DType))
}
