//! Checking agrees with running: whatever runs is accepted by the checker, with a type that fits;
//! and nothing panics, whatever the arguments are.

use super::machine::{Machine, dense};
use super::{call, floats};
use crate::array::create::same_dims;
use crate::array::{Array, Index, assign_index, binary, index};
use crate::builtin::Context;
use crate::builtins::BUILTINS;
use crate::fault::Fault;
use crate::host::{HostError, HostErrorKind};
use crate::value::{Unknown, Value};
use arr_ir::dtype::{DType, Scalar};
use arr_ir::shape::{Dim, Dims};
use arr_syntax::ast::BinaryOp;

/// Odd values of every kind.
fn pool() -> Vec<Value> {
    let cx = &mut Machine::default();
    let mut made = |name: &str, args: &[Value]| call(cx, name, args).expect(name);
    let grid = made("reshape", &[Value::Range(0, 6, 1), Value::Int(2), Value::Int(3)]);
    let bytes = made("astype", &[grid.clone(), Value::DType(DType::U8)]);
    let bools = made("astype", &[grid.clone(), Value::DType(DType::Bool)]);
    let complex = made("astype", &[grid.clone(), Value::DType(DType::C64)]);
    let zero_d = Value::Array(Array::from_scalar(Scalar::int(1)));
    let vector = floats(&[3], &[1.0, f64::NAN, -2.5]);
    let ints = |v: &[i64]| Value::tuple(v.iter().copied().map(Value::Int).collect());
    vec![
        Value::None,
        Value::Bool(true),
        Value::Int(0),
        Value::Int(-1),
        Value::Int(2),
        Value::Int(i64::MIN),
        Value::Int(i64::MAX),
        Value::Float(1.5),
        Value::Float(f64::NAN),
        Value::Float(f64::NEG_INFINITY),
        Value::Complex(0.0, 1.0),
        Value::text("ij"),
        Value::DType(DType::F32),
        Value::Range(0, 3, 1),
        Value::tuple(vec![]),
        ints(&[1, 0]),
        ints(&[-1, 3]),
        Value::tuple(vec![vector.clone(), vector.clone()]),
        zero_d,
        vector,
        floats(&[0], &[]),
        floats(&[1, 3], &[0.5; 3]),
        grid,
        bytes,
        bools,
        complex,
    ]
}

/// The value as the checker sees it: only the types of arrays are known, or not even their sizes
/// and no scalar.
fn hidden(value: &Value, sizes: bool) -> Value {
    match value {
        Value::Array(array) => {
            let dims: Dims = match sizes {
                true => array.dims().clone(),
                false => (0..array.ndim() as u32).map(|i| Dim::Unknown(900 + i)).collect(),
            };
            Value::Array(Array::abstract_of(array.dtype(), dims))
        }
        Value::Tuple(items) => Value::Tuple(items.iter().map(|v| hidden(v, sizes)).collect()),
        Value::Bool(_) if !sizes => Value::Unknown(Unknown::Bool),
        Value::Int(_) if !sizes => Value::Unknown(Unknown::Int),
        Value::Float(_) if !sizes => Value::Unknown(Unknown::Float),
        Value::Complex(..) if !sizes => Value::Unknown(Unknown::Complex),
        Value::Str(_) if !sizes => Value::Unknown(Unknown::Str),
        other => other.clone(),
    }
}

/// Whether what the checker inferred fits what the run gave.
fn fits(ran: &Value, checked: &Value) -> bool {
    match (ran, checked) {
        (_, Value::Unknown(Unknown::Any)) => true,
        (Value::Array(a), Value::Array(b)) => {
            a.dtype() == b.dtype() && same_dims(a.dims(), b.dims())
        }
        (Value::Tuple(a), Value::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| fits(a, b))
        }
        (Value::Record(a), Value::Record(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| fits(&a.1, &b.1))
        }
        (Value::Range(..), Value::Array(_)) => true,
        (Value::Selection(a), Value::Array(b)) => {
            let rows = &a.source().dims()[a.mask().ndim()..];
            a.dtype() == b.dtype() && b.ndim() > 0 && same_dims(rows, &b.dims()[1..])
        }
        (a, b) => a.type_text() == b.type_text(),
    }
}

/// Something that is run and checked.
type Action<'a> = &'a dyn Fn(&mut dyn Context, &[Value]) -> Result<Value, Fault>;

/// Runs and checks the same; computes what is small.
fn compare(wrong: &mut Vec<String>, what: &str, args: &[Value], action: Action<'_>) {
    let mut machine = Machine::default();
    let ran = action(&mut machine, args);
    if let Ok(Value::Array(array)) = &ran
        && array.known_shape().is_some_and(|s| arr_ir::shape::count(&s) < 1000)
    {
        match Context::compute(&mut machine, std::slice::from_ref(array)) {
            // Values may not suit: a routine says so when it runs.
            Err(Fault::Host(HostError { kind: HostErrorKind::Value, .. })) => return,
            computed => computed.expect("computes"),
        }
        for part in array.real_arrays() {
            let result = dense(&part.handle().expect("is ready"));
            let part = (array.dtype().part(), array.known_shape());
            assert_eq!((result.dtype, Some(result.shape)), part);
        }
    }
    for sizes in [true, false] {
        let args: Vec<Value> = args.iter().map(|v| hidden(v, sizes)).collect();
        let checked = action(&mut Machine { checking: true, ..Machine::default() }, &args);
        let agree = match (&ran, &checked) {
            (Ok(ran), Ok(checked)) => fits(ran, checked),
            (Ok(_), Err(_)) => false,
            (Err(_), _) => true,
        };
        if !agree {
            let show = |r: &Result<Value, Fault>| match r {
                Ok(value) => value.type_text(),
                Err(fault) => format!("{fault:?}"),
            };
            let args: Vec<String> = args.iter().map(Value::type_text).collect();
            let args = args.join(", ");
            wrong.push(format!("{what}({args}): {} but {}", show(&ran), show(&checked)));
        }
    }
}

#[test]
fn builtins_check_as_they_run() {
    let pool = pool();
    let mut wrong = vec![];
    for builtin in BUILTINS.iter() {
        if ["load", "save", "info", "print", "timeit", "record"].contains(&builtin.name) {
            continue;
        }
        let optional = |p: &&str| p.contains('=') || p.starts_with('*');
        let parameters: Vec<&str> = builtin.signature.split(", ").collect();
        let needed = parameters.iter().filter(|p| !optional(p)).count();
        let action = |cx: &mut dyn Context, args: &[Value]| call(cx, builtin.name, args);
        for (i, a) in pool.iter().enumerate() {
            if needed <= 1 {
                compare(&mut wrong, builtin.name, std::slice::from_ref(a), &action);
            }
            if parameters.len() < 2 {
                continue;
            }
            for (j, b) in pool.iter().enumerate() {
                if needed <= 2 {
                    compare(&mut wrong, builtin.name, &[a.clone(), b.clone()], &action);
                }
                if parameters.len() > 2 && needed <= 3 {
                    let c = &pool[(7 * i + 11 * j) % pool.len()];
                    compare(&mut wrong, builtin.name, &[a.clone(), b.clone(), c.clone()], &action);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn operators_and_indices_check_as_they_run() {
    use BinaryOp::*;
    let pool = pool();
    let ops = [
        Eq, Ne, Lt, Le, In, NotIn, BitOr, BitXor, BitAnd, Shl, Shr, Add, Sub, Mul, Div, FloorDiv,
        Mod, Pow, MatMul,
    ];
    let mut wrong = vec![];
    for a in &pool {
        for b in &pool {
            let both = [a.clone(), b.clone()];
            for op in ops {
                let action = |cx: &mut dyn Context, v: &[Value]| binary(cx, op, &v[0], &v[1]);
                compare(&mut wrong, &format!("{op:?}"), &both, &action);
            }
            compare(&mut wrong, "index", &both, &|cx, v| {
                index(cx, &v[0], &[Index::Value(v[1].clone())])
            });
            compare(&mut wrong, "slice", &both, &|cx, v| {
                let step = Some(v[1].clone());
                index(cx, &v[0], &[Index::Ellipsis, Index::Slice(None, None, step)])
            });
            compare(&mut wrong, "assign", &both, &|cx, v| {
                let stop = Some(Value::Int(2));
                assign_index(cx, &v[0], &[Index::Slice(None, stop, None)], &v[1])
            });
            compare(&mut wrong, "mask", &both, &|cx, v| {
                assign_index(cx, &v[0], &[Index::Value(v[1].clone())], &Value::Int(1))
            });
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}
