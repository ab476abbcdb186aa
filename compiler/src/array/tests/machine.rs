//! A context and host over the oracle.

use crate::array::{Array, Lowered, Lowering};
use crate::builtin::Context;
use crate::builtins::builtin;
use crate::fault::{Failure, Fault};
use crate::host::{Handle, Host, HostError, HostErrorKind, Opened, Origin, Target};
use crate::value::Value;
use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::graph::Graph;
use arr_ir::oracle::{DenseArray, evaluate};
use arr_ir::shape::Dim;
use std::sync::Arc;

/// Runs (or, when `checking`, checks) what tests build.
#[derive(Default)]
pub(crate) struct Machine {
    pub checking: bool,
    pub dims: u32,
    pub printed: String,
    pub warnings: Vec<String>,
}

pub(crate) fn dense(handle: &Handle) -> DenseArray {
    handle.downcast_ref::<DenseArray>().expect("an array of the oracle").clone()
}

impl Host for Machine {
    fn compute(
        &mut self,
        graph: &Arc<Graph>,
        inputs: &[Handle],
        slots: &[Scalar],
    ) -> Result<Vec<Handle>, HostError> {
        let inputs: Vec<DenseArray> = inputs.iter().map(dense).collect();
        let results = evaluate(graph, &inputs, slots).map_err(|message| HostError {
            kind: HostErrorKind::Value,
            message,
            hint: None,
        })?;
        Ok(results.into_iter().map(|r| Arc::new(r) as Handle).collect())
    }
    fn element(&mut self, array: &Handle, position: usize) -> Result<Scalar, HostError> {
        Ok(dense(array).at(position))
    }
    fn store(&mut self, dtype: DType, shape: &[usize], data: Vec<u8>) -> Result<Handle, HostError> {
        Ok(Arc::new(DenseArray { dtype, shape: shape.into(), data }))
    }
    fn open(&mut self, from: &Origin) -> Result<Opened, HostError> {
        Err(HostError { kind: HostErrorKind::Io, message: from.path.into(), hint: None })
    }
    fn save(&mut self, _: &Target, _: &Handle, _: DType) -> Result<(), HostError> {
        Ok(())
    }
    fn source(&mut self, path: &str, _: &str) -> Result<(String, String), HostError> {
        Err(HostError { kind: HostErrorKind::Io, message: path.into(), hint: None })
    }
    fn print(&mut self, text: &str) -> Result<(), HostError> {
        self.printed.push_str(text);
        Ok(())
    }
    fn seconds(&mut self) -> f64 {
        0.0
    }
    fn interrupted(&mut self) -> bool {
        false
    }
    fn keep_limit(&mut self) -> usize {
        0
    }
}

impl Context for Machine {
    fn checking(&self) -> bool {
        self.checking
    }
    fn host(&mut self) -> &mut dyn Host {
        self
    }
    fn fresh_dim(&mut self) -> Dim {
        self.dims += 1;
        Dim::Unknown(self.dims)
    }
    fn compute(&mut self, arrays: &[Array]) -> Result<(), Fault> {
        let arrays: Vec<Array> = arrays.iter().flat_map(Array::real_arrays).collect();
        let Lowered { graph, inputs, slots } = Lowering::default().lower(&arrays);
        let results = Host::compute(self, &graph, &inputs, &slots)?;
        for (array, handle) in arrays.iter().zip(results) {
            array.set_ready(handle);
        }
        Ok(())
    }
    fn scalar(&mut self, array: &Array) -> Result<Option<Scalar>, Fault> {
        if self.checking {
            return Ok(None);
        }
        Context::compute(self, std::slice::from_ref(array))?;
        Ok(Some(array.element(self, 0)?))
    }
    fn call(&mut self, _: &Value, _: &[Value], _: &[(&str, Value)]) -> Result<Value, Fault> {
        Ok(Value::None)
    }
    fn text(&mut self, value: &Value) -> Result<String, Fault> {
        Ok(text_of(self, value))
    }
    fn warn(&mut self, _: &'static str, title: String) {
        self.warnings.push(title);
    }
}

/// A value as `dtype[shape] elements`, weak scalars as Rust writes them.
pub(crate) fn text_of(cx: &mut Machine, value: &Value) -> String {
    match value {
        Value::Array(array) if array.is_abstract() => format!("{array:?}"),
        Value::Array(array) => {
            Context::compute(cx, std::slice::from_ref(array)).expect("computes");
            let shape = array.known_shape().expect("known while running");
            for part in array.real_arrays() {
                let dense = dense(&part.handle().expect("is ready"));
                assert_eq!((&dense.shape, dense.dtype), (&shape, array.dtype().part()));
            }
            let items: Vec<String> = (0..arr_ir::shape::count(&shape))
                .map(|position| array.element(cx, position).expect("is ready"))
                .map(|s| match s.dtype.kind() {
                    Kind::Complex => format!("{:?}", s.as_complex()),
                    Kind::Float => format!("{:?}", s.as_f64()),
                    _ => s.as_i128().to_string(),
                })
                .collect();
            format!("{}{:?} {}", array.dtype(), shape.as_slice(), items.join(" "))
        }
        Value::Int(v) => v.to_string(),
        Value::Float(v) => format!("{v:?}"),
        Value::Bool(v) => v.to_string(),
        Value::Complex(a, b) => format!("{a:?}+{b:?}j"),
        Value::Str(s) => s.to_string(),
        Value::DType(d) => d.name().into(),
        Value::None => "none".into(),
        Value::Tuple(items) => {
            let items: Vec<String> = items.iter().map(|v| text_of(cx, v)).collect();
            format!("({})", items.join(", "))
        }
        other => other.type_text(),
    }
}

/// A stored float64 array.
pub(crate) fn floats(shape: &[usize], values: &[f64]) -> Value {
    let handle: Handle = Arc::new(DenseArray::of_f64(shape, values));
    Value::Array(Array::from_handle(handle, DType::F64, shape.into()))
}

/// Calls a builtin with positional arguments; missing ones take their defaults.
pub(crate) fn call(cx: &mut dyn Context, name: &str, args: &[Value]) -> Result<Value, Fault> {
    let builtin = builtin(name).unwrap_or_else(|| panic!("no builtin {name}"));
    let mut bound = Vec::new();
    let mut given = args.iter();
    for parameter in builtin.signature.split(", ") {
        match parameter.split_once('=') {
            // What follows is named: it takes its default, or what is given last.
            _ if parameter == "*" => {}
            _ if parameter.starts_with('*') => {
                bound.push(Value::Tuple(given.by_ref().cloned().collect()))
            }
            None => bound.push(given.next().expect("an argument").clone()),
            Some((_, default)) => {
                bound.push(given.next().cloned().unwrap_or_else(|| constant(default)))
            }
        }
    }
    (builtin.call)(cx, &bound)
}

fn constant(text: &str) -> Value {
    match text {
        "none" => Value::None,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => {
            let number = text.parse().map(Value::Int).or_else(|_| text.parse().map(Value::Float));
            number.ok().unwrap_or_else(|| Value::text(text.trim_matches('"')))
        }
    }
}

/// The text of what `build` makes while running; checks that checking infers the same type.
pub(crate) fn run(build: impl Fn(&mut dyn Context) -> Result<Value, Fault>) -> String {
    let mut machine = Machine::default();
    let value = build(&mut machine).unwrap_or_else(|f| panic!("{f:?}"));
    let text = text_of(&mut machine, &value);
    let mut checker = Machine { checking: true, ..Machine::default() };
    let checked = build(&mut checker).unwrap_or_else(|f| panic!("while checking: {f:?}"));
    if let (Value::Array(ran), Value::Array(checked)) = (&value, &checked) {
        assert_eq!(ran.dtype(), checked.dtype());
        assert!(crate::array::create::same_dims(ran.dims(), checked.dims()));
    }
    text
}

/// The failure of what `build` makes, which must be the same while checking.
pub(crate) fn failure(build: impl Fn(&mut dyn Context) -> Result<Value, Fault>) -> Failure {
    let of = |result: Result<Value, Fault>| match result {
        Err(Fault::Failure(failure)) => failure,
        Err(other) => panic!("{other:?}"),
        Ok(value) => panic!("no failure but {}", value.type_text()),
    };
    let ran = of(build(&mut Machine::default()));
    let checked = of(build(&mut Machine { checking: true, ..Machine::default() }));
    assert_eq!(format!("{ran:?}"), format!("{checked:?}"));
    ran
}
