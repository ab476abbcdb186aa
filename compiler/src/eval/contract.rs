//! Contracts: what parameters and results must be, and the letters they bind.

use super::Interpreter;
use crate::array::Array;
use crate::fault::Fault;
use crate::function::Frame;
use crate::hir::{Contract, ContractKind, Function, Size};
use crate::value::{Unknown, Value};
use arr_ir::dtype::{DType, Kind};
use arr_ir::shape::{Dim, Dims};
use arr_syntax::diag::{Diagnostic, Span};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// The sizes that letters stand for.
pub(super) type Letters = FxHashMap<Rc<str>, Dim>;

/// Why a value does not meet a contract; empty when the contract itself says it.
type Reason = String;

impl Interpreter<'_> {
    /// Checks the arguments in the frame and binds the letters.
    pub(super) fn check_params(
        &mut self,
        function: &Function,
        spans: &[Span],
    ) -> Result<(), Fault> {
        if function.params.iter().all(|p| p.contract.is_none()) {
            return Ok(());
        }
        let mut letters = self.known_letters(function, &self.frame.clone());
        for (i, param) in function.params.iter().enumerate() {
            let Some(contract) = &param.contract else { continue };
            let Some(value) = self.frame.get(param.slot) else { continue };
            let value = crate::array::selection::settled(self, &value)?;
            match self.meet(contract, &value, &mut letters) {
                Ok(value) => self.frame.set(param.slot, Some(value)),
                Err(reason) => {
                    let title = format!(
                        "the argument `{}` of `{}` does not meet its contract",
                        param.name, function.name
                    );
                    let given = spans.get(i).copied().filter(|s| *s != Span::default());
                    self.breach(title, contract, &value, reason, given)?;
                    self.frame.set(param.slot, Some(Value::ANY));
                }
            }
        }
        for (name, slot) in &function.letters {
            let value = match letters.get(name) {
                Some(Dim::Known(n)) => Value::Int(*n as i64),
                _ => Value::Unknown(Unknown::Int),
            };
            self.frame.set(*slot, Some(value));
        }
        Ok(())
    }

    /// Letters that are themselves parameters stand for their values.
    fn known_letters(&self, function: &Function, frame: &Frame) -> Letters {
        let mut letters = Letters::default();
        for param in &function.params {
            if let Some(Value::Int(n)) = frame.get(param.slot)
                && let Ok(n) = usize::try_from(n)
            {
                letters.insert(param.name.clone(), Dim::Known(n));
            }
        }
        letters
    }

    /// Checks a result against the function's contract.
    pub(super) fn check_result(
        &mut self,
        function: &Function,
        contract: &Contract,
        value: Value,
        frame: &Rc<Frame>,
        span: Span,
    ) -> Result<Value, Fault> {
        let mut letters = self.known_letters(function, frame);
        for param in &function.params {
            if let (Some(contract), Some(value)) = (&param.contract, frame.get(param.slot)) {
                // Parameters may have been rebound; only those that still fit say something.
                let mut tried = letters.clone();
                if self.meet(contract, &value, &mut tried).is_ok() {
                    letters = tried;
                }
            }
        }
        match self.meet(contract, &value, &mut letters) {
            Ok(value) => Ok(value),
            Err(reason) => {
                let title = format!("the result of `{}` does not meet its contract", function.name);
                self.breach(title, contract, &value, reason, Some(span))?;
                Ok(Value::ANY)
            }
        }
    }

    fn breach(
        &mut self,
        title: String,
        contract: &Contract,
        value: &Value,
        reason: Reason,
        given: Option<Span>,
    ) -> Result<(), Fault> {
        let call = self.stack.last().and_then(|a| a.call);
        let place = given.or(call).unwrap_or(contract.span);
        let mut diagnostic = Diagnostic::error("E0111", title, place).text(value.type_text());
        if contract.span != place && !self.world.is_library(contract.span.file) {
            let text = format!("must be {}", contract.text);
            diagnostic = diagnostic.label(contract.span, text, false);
        }
        if !reason.is_empty() {
            diagnostic = diagnostic.note(reason);
        }
        if let (ContractKind::Array(dtypes, _), Value::Array(a)) = (&contract.kind, value)
            && let [dtype] = dtypes[..]
            && a.dtype() != dtype
        {
            diagnostic = diagnostic.hint(format!("convert it: .astype({dtype})"));
        }
        self.fail(Fault::from(diagnostic), place, &[]).map(|_| ())
    }

    /// The value as the contract takes it (a weak integer as a float, where a float is asked for).
    fn meet(
        &mut self,
        contract: &Contract,
        value: &Value,
        letters: &mut Letters,
    ) -> Result<Value, Reason> {
        if let Value::Unknown(Unknown::Any) = value {
            return Ok(Value::ANY);
        }
        let fits = match (&contract.kind, value) {
            (ContractKind::Any, _) => true,
            (ContractKind::Int, Value::Int(_) | Value::Unknown(Unknown::Int)) => true,
            (ContractKind::Int, Value::Array(a)) => a.ndim() == 0 && a.dtype().is_integer(),
            (ContractKind::Float, Value::Array(a)) => {
                a.ndim() == 0 && !matches!(a.dtype().kind(), Kind::Bool | Kind::Complex)
            }
            (ContractKind::Float, Value::Float(_) | Value::Unknown(Unknown::Float)) => true,
            (ContractKind::Float, Value::Int(n)) => return Ok(Value::Float(*n as f64)),
            (ContractKind::Float, Value::Unknown(Unknown::Int)) => {
                return Ok(Value::Unknown(Unknown::Float));
            }
            (ContractKind::Str, Value::Str(_) | Value::Unknown(Unknown::Str)) => true,
            (ContractKind::Function, value) => value.is_function(),
            (ContractKind::DType, Value::DType(_)) => true,
            (ContractKind::AnyTuple, Value::Tuple(_)) => true,
            (ContractKind::Record, Value::Record(_)) => true,
            (ContractKind::Tuple(items), Value::Tuple(values)) => {
                return self.meet_tuple(items, values, letters);
            }
            (ContractKind::AnyRank(dtypes), Value::Array(a)) => {
                dtype_fits(contract, dtypes, a.dtype())?;
                true
            }
            (ContractKind::Array(dtypes, sizes), Value::Array(a)) => {
                dtype_fits(contract, dtypes, a.dtype())?;
                sizes_fit(sizes, a, letters)?;
                true
            }
            (ContractKind::AnyRank(dtypes), weak) => return weak_fits(dtypes, weak),
            (ContractKind::Array(dtypes, sizes), weak) => {
                if !sizes.is_empty() && !matches!(sizes[..], [Size::Rest]) && is_weak(weak) {
                    return Err("a single value has no dimensions".into());
                }
                return weak_fits(dtypes, weak);
            }
            _ => false,
        };
        match fits {
            true => Ok(value.clone()),
            false => Err(String::new()),
        }
    }

    fn meet_tuple(
        &mut self,
        items: &[Contract],
        values: &[Value],
        letters: &mut Letters,
    ) -> Result<Value, Reason> {
        if items.len() != values.len() {
            return Err(format!("{} values are needed, not {}", items.len(), values.len()));
        }
        let mut out = vec![];
        for (i, (item, value)) in items.iter().zip(values).enumerate() {
            let met = self.meet(item, value, letters);
            out.push(met.map_err(|reason| format!("element {i}: {reason}"))?);
        }
        Ok(Value::tuple(out))
    }

    /// A value of which only the contract is known; equal letters give equal sizes.
    pub(super) fn abstract_value(&mut self, contract: &Contract, letters: &mut Letters) -> Value {
        match &contract.kind {
            ContractKind::Int => Value::Unknown(Unknown::Int),
            ContractKind::Float => Value::Unknown(Unknown::Float),
            ContractKind::Str => Value::Unknown(Unknown::Str),
            ContractKind::Array(dtypes, sizes) => {
                let [dtype] = dtypes[..] else { return Value::ANY };
                let mut dims = Dims::new();
                for size in sizes {
                    dims.push(match size {
                        Size::Rest => return Value::ANY,
                        Size::Const(n) => Dim::Known(*n as usize),
                        Size::Letter(name, 0) => {
                            let world = self.world;
                            *letters.entry(name.clone()).or_insert_with(|| world.fresh_dim())
                        }
                        Size::Letter(..) => self.world.fresh_dim(),
                    });
                }
                Value::Array(Array::abstract_of(dtype, dims))
            }
            ContractKind::Tuple(items) => {
                Value::tuple(items.iter().map(|c| self.abstract_value(c, letters)).collect())
            }
            _ => Value::ANY,
        }
    }
}

fn dtype_fits(contract: &Contract, dtypes: &[DType], dtype: DType) -> Result<(), Reason> {
    if dtypes.contains(&dtype) {
        return Ok(());
    }
    let name = contract.text.split('[').next().unwrap_or_default().trim();
    Err(format!("its dtype must be {name}, not {dtype}"))
}

fn is_weak(value: &Value) -> bool {
    matches!(value, Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Complex(..))
        || matches!(value, Value::Unknown(_))
}

/// A weak scalar meets any dtype it can be of without loss of kind.
fn weak_fits(dtypes: &[DType], value: &Value) -> Result<Value, Reason> {
    let has = |kinds: &[Kind]| dtypes.iter().any(|d| kinds.contains(&d.kind()));
    let real = [Kind::Float, Kind::Complex];
    let number = [Kind::Signed, Kind::Unsigned, Kind::Float, Kind::Complex];
    let fits = match value {
        Value::Bool(_) | Value::Unknown(Unknown::Bool) => has(&[Kind::Bool]),
        Value::Int(_) | Value::Unknown(Unknown::Int) => has(&number),
        Value::Float(_) | Value::Unknown(Unknown::Float) => has(&real),
        Value::Complex(..) | Value::Unknown(Unknown::Complex) => has(&[Kind::Complex]),
        _ => return Err("it must be a number or an array".into()),
    };
    if !fits {
        return Err("its kind does not suit the dtype".into());
    }
    let integers = has(&[Kind::Signed, Kind::Unsigned]);
    Ok(match value {
        Value::Int(n) if !integers => Value::Float(*n as f64),
        Value::Unknown(Unknown::Int) if !integers => Value::Unknown(Unknown::Float),
        _ => value.clone(),
    })
}

fn sizes_fit(sizes: &[Size], array: &Array, letters: &mut Letters) -> Result<(), Reason> {
    let dims = array.dims();
    let fixed = sizes.iter().filter(|s| !matches!(s, Size::Rest)).count();
    let open = fixed < sizes.len();
    if (open && dims.len() < fixed) || (!open && dims.len() != fixed) {
        let least = if open { "at least " } else { "" };
        let plural = if fixed == 1 { "" } else { "s" };
        return Err(format!("it must have {least}{fixed} dimension{plural}, not {}", dims.len()));
    }
    let mut axis = 0;
    for size in sizes {
        match size {
            Size::Rest => axis += dims.len() - fixed,
            Size::Const(n) => {
                if dims[axis].known().is_some_and(|d| d as u64 != *n) {
                    return Err(format!("axis {axis} must be {n}, not {}", shown(dims[axis])));
                }
                axis += 1;
            }
            Size::Letter(name, offset) => {
                letter_fits(name, *offset, dims[axis], axis, letters)?;
                axis += 1;
            }
        }
    }
    Ok(())
}

fn letter_fits(
    name: &Rc<str>,
    offset: i64,
    dim: Dim,
    axis: usize,
    letters: &mut Letters,
) -> Result<(), Reason> {
    match (letters.get(name), dim) {
        (Some(Dim::Known(n)), Dim::Known(found)) => {
            let wanted = *n as i128 + offset as i128;
            if found as i128 != wanted {
                let sum = if offset == 0 { String::new() } else { format!(" ({name}{offset:+})") };
                return Err(format!(
                    "{name} is {n}, so axis {axis} must be {wanted}{sum}, not {found}"
                ));
            }
        }
        (None | Some(Dim::Unknown(_)), Dim::Known(found)) => {
            let Some(n) = (found as i64).checked_sub(offset).filter(|n| *n >= 0) else {
                return Err(format!(
                    "axis {axis} of size {found} is too short for {name}{offset:+}"
                ));
            };
            letters.insert(name.clone(), Dim::Known(n as usize));
        }
        (None, dim @ Dim::Unknown(_)) if offset == 0 => {
            letters.insert(name.clone(), dim);
        }
        _ => {}
    }
    Ok(())
}

fn shown(dim: Dim) -> String {
    dim.known().map_or("?".into(), |n| n.to_string())
}
