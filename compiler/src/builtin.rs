//! Functions of the language itself: one row each, bound by a signature written as text.

use crate::array::Array;
use crate::fault::{Failure, Fault};
use crate::host::{Host, Target};
use crate::value::Value;
use arr_ir::dtype::{DType, Scalar};
use arr_syntax::diag::Span;

/// What a program that is checked will have written by the time it loads something.
pub enum Saved {
    /// What is loaded, of this type.
    Array(Array),
    /// Something of it, or it is not known which.
    Other,
}

/// A function of the language. Most of the library is not here but in `stdlib/*.arr`.
#[derive(Clone)]
pub struct Builtin {
    /// Its name.
    pub name: &'static str,
    /// Its parameters as in the language: `"x, axis=none, keepdims=false"`; a name after a lone
    /// `*` is keyword-only, `*xs` takes the rest as a tuple, `**xs` other named arguments as a
    /// record. Defaults are literals. A bracket literal or comprehension given for a parameter written
    /// `[]x` (or `*[]xs`) arrives as a tuple of its elements, for one written `[[]]x` with the literals
    /// among them as tuples too.
    pub signature: &'static str,
    /// Whether `x.f(a)` may stand for `f(x, a)`.
    pub method: bool,
    /// Computes it. Arguments come bound, in the order of the signature, defaults filled in.
    pub call: fn(&mut dyn Context, &[Value]) -> Result<Value, Fault>,
    /// What it computes; the first sentence is a summary. Lines that begin with `Shapes:`,
    /// `Dtypes:` or `Errors:` are shown in these sections of the function's page.
    pub doc: &'static str,
    /// A runnable example, and what it prints.
    pub example: (&'static str, &'static str),
}

impl Builtin {
    /// Its parameters as they are shown: without the marks of bracket literals.
    pub fn parameters(&self) -> String {
        self.signature.replace("[[]]", "").replace("[]", "")
    }
}

/// What a builtin may ask of the evaluator that calls it.
pub trait Context {
    /// Whether the program is only being checked: nothing may be computed, printed or written,
    /// and what depends on data is `Value::Unknown`.
    fn checking(&self) -> bool;
    /// Whether the place is sure to be reached when the program runs; while running it was.
    fn gets_here(&self) -> bool {
        true
    }
    /// While checking a loop round by round: whether an earlier condition that is not known may have
    /// kept the program from getting to this place in this round.
    fn in_doubtful_round(&self) -> bool {
        false
    }
    /// The host.
    fn host(&mut self) -> &mut dyn Host;
    /// A fresh number for an unknown dimension.
    fn fresh_dim(&mut self) -> arr_ir::shape::Dim;
    /// Makes these arrays computed and stored (all in one go, sharing work).
    fn compute(&mut self, arrays: &[Array]) -> Result<(), Fault>;
    /// Makes an array computed, and writes it to a file in its own dtype or, of a pair array, a
    /// complex one.
    fn save(&mut self, array: &Array, target: &Target, dtype: DType) -> Result<(), Fault> {
        self.compute(std::slice::from_ref(array))?;
        match array.handle() {
            Some(handle) => Ok(self.host().save(target, &handle, dtype)?),
            None => Err(Failure::new("E0183", "the array was not computed").into()),
        }
    }
    /// Whether an array's elements are in memory, one after the other; not while checking.
    fn at_hand(&mut self, array: &Array) -> bool {
        let _ = array;
        false
    }
    /// The value of a 0-d array, computing it if need be; none while checking.
    fn scalar(&mut self, array: &Array) -> Result<Option<Scalar>, Fault>;
    /// Calls a function value.
    fn call(
        &mut self,
        function: &Value,
        args: &[Value],
        keywords: &[(&str, Value)],
    ) -> Result<Value, Fault>;
    /// The text of a value as `print` shows it (computes arrays).
    fn text(&mut self, value: &Value) -> Result<String, Fault>;
    /// Reports a warning that does not stop the program.
    fn warn(&mut self, code: &'static str, title: String);
    /// Where the program calls what is running, if that is known.
    fn site(&self) -> Span {
        Span::default()
    }
    /// What the language itself knows under a name; for `help`.
    fn named(&self, name: &str) -> Option<Value> {
        let _ = name;
        None
    }
    /// While checking: notes that the program writes an array of this type to a file, under this
    /// name if the file has several.
    fn note_saved(&mut self, path: &str, name: Option<&str>, array: &Array) {
        let _ = (path, name, array);
    }
    /// While checking: what the program will have written by now of what is loaded, if anything.
    fn saved(&mut self, path: &str, name: Option<&str>) -> Option<Saved> {
        let _ = (path, name);
        None
    }
}
