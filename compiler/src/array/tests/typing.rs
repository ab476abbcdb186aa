//! Promotion, weak scalars, and what operators refuse.

use super::{Machine, failure, run, text_of};
use crate::array::{Array, Lowering, binary, unary};
use crate::builtin::Context;
use crate::fault::Fault;
use crate::value::{Unknown, Value};
use arr_ir::dtype::{DType, Scalar};
use arr_syntax::ast::{BinaryOp, UnaryOp};
use std::sync::Arc;

fn typed(dtype: DType) -> Value {
    Value::Array(Array::abstract_of(dtype, [arr_ir::shape::Dim::Known(3)].into_iter().collect()))
}

fn result(op: BinaryOp, a: &Value, b: &Value) -> String {
    let mut cx = Machine { checking: true, ..Machine::default() };
    match binary(&mut cx, op, a, b) {
        Ok(value) => value.type_text(),
        Err(Fault::Failure(f)) => f.code.into(),
        Err(other) => panic!("{other:?}"),
    }
}

/// The standard's promotion tables, and NumPy 2 where they leave it open.
#[test]
fn arrays_promote_as_the_standard_says() {
    use DType::*;
    let rows: &[(DType, DType, &str)] = &[
        (I8, I8, "int8"),
        (I8, I16, "int16"),
        (I8, U8, "int16"),
        (I16, U8, "int16"),
        (I8, U16, "int32"),
        (I8, U32, "int64"),
        (I64, U32, "int64"),
        (I64, U64, "float64"),
        (U8, U16, "uint16"),
        (F32, F64, "float64"),
        (F32, I16, "float32"),
        (F32, I32, "float64"),
        (F32, U64, "float64"),
        (Bool, I8, "int8"),
        (Bool, F32, "float32"),
    ];
    for (a, b, expect) in rows {
        let text = result(BinaryOp::Add, &typed(*a), &typed(*b));
        assert_eq!(text, format!("{expect}[3]"), "{a} + {b}");
        assert_eq!(text, result(BinaryOp::Add, &typed(*b), &typed(*a)), "{b} + {a}");
    }
}

/// NumPy 2.4: `(np.ones(3, dtype) * scalar).dtype`.
#[test]
fn weak_scalars_take_the_dtype_of_the_array() {
    use DType::*;
    let rows: &[(DType, Value, &str)] = &[
        (I8, Value::Int(2), "int8[3]"),
        (I8, Value::Float(2.0), "float64[3]"),
        (I64, Value::Float(2.0), "float64[3]"),
        (F32, Value::Float(2.0), "float32[3]"),
        (F32, Value::Int(2), "float32[3]"),
        (Bool, Value::Int(2), "int64[3]"),
        (Bool, Value::Float(2.0), "float64[3]"),
        (U8, Value::Bool(true), "uint8[3]"),
        (U8, Value::Int(300), "E0152"),
        (U8, Value::Int(-1), "E0152"),
        (F64, Value::Complex(0.0, 1.0), "complex128[3]"),
        (F32, Value::Complex(0.0, 1.0), "complex64[3]"),
        (I8, Value::Complex(0.0, 1.0), "complex128[3]"),
        (C64, Value::Float(2.0), "complex64[3]"),
        (C64, Value::Unknown(Unknown::Complex), "complex64[3]"),
        (F64, Value::Unknown(Unknown::Int), "float64[3]"),
        (U8, Value::Unknown(Unknown::Float), "float64[3]"),
    ];
    for (dtype, weak, expect) in rows {
        assert_eq!(&result(BinaryOp::Mul, &typed(*dtype), weak), expect, "{dtype}");
        assert_eq!(&result(BinaryOp::Mul, weak, &typed(*dtype)), expect, "{dtype}");
    }
    assert_eq!(result(BinaryOp::Div, &typed(I8), &typed(I8)), "float64[3]");
    assert_eq!(result(BinaryOp::Div, &typed(F32), &Value::Int(3)), "float32[3]");
    assert_eq!(result(BinaryOp::Lt, &typed(U8), &Value::Int(300)), "bool[3]");
    assert_eq!(result(BinaryOp::Sub, &typed(Bool), &typed(Bool)), "E0151");
    assert_eq!(result(BinaryOp::BitAnd, &typed(F64), &typed(I8)), "E0151");
    assert_eq!(result(BinaryOp::Pow, &typed(I64), &Value::Int(-1)), "E0173");
    assert_eq!(result(BinaryOp::Add, &typed(F64), &Value::text("a")), "E0150");
    assert_eq!(result(BinaryOp::Add, &typed(F64), &Value::ANY), Value::ANY.type_text());
}

fn weak(op: BinaryOp, a: Value, b: Value) -> String {
    let mut cx = Machine::default();
    match binary(&mut cx, op, &a, &b) {
        Ok(value) => text_of(&mut cx, &value),
        Err(Fault::Failure(f)) => f.code.into(),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn weak_scalars_among_themselves() {
    use Value::{Bool, Float, Int};
    assert_eq!(weak(BinaryOp::Pow, Int(2), Int(62)), (1i64 << 62).to_string());
    assert_eq!(weak(BinaryOp::Pow, Int(-2), Int(63)), i64::MIN.to_string());
    assert_eq!(weak(BinaryOp::Pow, Int(2), Int(63)), "E0152");
    assert_eq!(weak(BinaryOp::Add, Int(i64::MAX), Int(1)), "E0152");
    assert_eq!(weak(BinaryOp::Sub, Int(i64::MIN), Int(1)), "E0152");
    assert_eq!(weak(BinaryOp::Mul, Int(1 << 40), Int(-(1 << 40))), "E0152");
    assert_eq!(weak(BinaryOp::Div, Int(1), Int(0)), "inf");
    assert_eq!(weak(BinaryOp::FloorDiv, Int(5), Int(0)), "0");
    assert_eq!(weak(BinaryOp::FloorDiv, Int(-7), Int(2)), "-4");
    assert_eq!(weak(BinaryOp::Mod, Float(-7.0), Int(2)), "1.0");
    assert_eq!(weak(BinaryOp::Pow, Int(2), Int(-1)), "E0173");
    assert_eq!(weak(BinaryOp::Pow, Float(2.0), Int(-1)), "0.5");
    assert_eq!(weak(BinaryOp::Add, Bool(true), Bool(true)), "2");
    assert_eq!(weak(BinaryOp::BitAnd, Bool(true), Bool(false)), "false");
    assert_eq!(
        weak(BinaryOp::Mul, Value::Complex(0.0, 1.0), Value::Complex(0.0, 1.0)),
        "-1.0+0.0j"
    );
    assert_eq!(weak(BinaryOp::Eq, Value::None, Int(1)), "false");
    assert_eq!(weak(BinaryOp::Eq, Value::text("a"), Value::text("a")), "true");
    assert_eq!(weak(BinaryOp::In, Int(3), Value::Range(0, 10, 3)), "true");
    let pair = || Value::tuple(vec![Int(1), Int(2)]);
    assert_eq!(weak(BinaryOp::Add, pair(), pair()), "(1, 2, 1, 2)");
    assert_eq!(weak(BinaryOp::Lt, pair(), Value::tuple(vec![Int(1), Int(3)])), "true");
    assert_eq!(weak(BinaryOp::NotIn, Int(2), pair()), "false");
    let mut cx = Machine::default();
    let _ = binary(&mut cx, BinaryOp::FloorDiv, &Int(5), &Int(0));
    assert_eq!(cx.warnings, ["integer division by zero gives 0"]);
    assert_eq!(
        text_of(&mut cx, &unary(&mut Machine::default(), UnaryOp::Neg, &Bool(true)).unwrap()),
        "-1"
    );
}

#[test]
fn values_flow_through_casts_and_broadcasts() {
    let three = |cx: &mut dyn Context| crate::array::literal(cx, &[Value::Int(1), Value::Int(2)]);
    assert_eq!(
        run(|cx| {
            let x = three(cx)?;
            binary(cx, BinaryOp::Div, &x, &Value::Int(2))
        }),
        "float64[2] 0.5 1.0"
    );
    assert_eq!(
        run(|cx| {
            let x = three(cx)?;
            let column = crate::array::index(
                cx,
                &x,
                &[crate::array::Index::Slice(None, None, None), crate::array::Index::NewAxis],
            )?;
            binary(cx, BinaryOp::Add, &column, &x)
        }),
        "int64[2, 2] 2 3 3 4"
    );
    let byte = Value::Array(Array::from_scalar(Scalar::from_i128(200, DType::U8)));
    assert_eq!(run(|cx| binary(cx, BinaryOp::Add, &byte, &Value::Int(100))), "uint8[] 44");
    assert_eq!(run(|cx| binary(cx, BinaryOp::Lt, &byte, &Value::Int(300))), "bool[] 1");
    assert_eq!(run(|cx| binary(cx, BinaryOp::Lt, &Value::Int(-1), &byte)), "bool[] 1");
}

#[test]
fn a_mismatch_blames_both_operands() {
    let (x, w) = (super::floats(&[10, 3], &[0.0; 30]), super::floats(&[10], &[0.0; 10]));
    let f = failure(|cx| binary(cx, BinaryOp::Add, &x, &w));
    assert_eq!((f.code, f.title.as_str()), ("E0102", "shapes do not broadcast"));
    assert_eq!(f.blame, [(0, "float64[10, 3]".into()), (1, "float64[10]".into())]);
    assert_eq!(f.notes, ["axis 1: 3 against 10"]);
    assert_eq!(f.hints, ["to pair {1} with axis 0, write {1}[:, newaxis]"]);
    let y = super::floats(&[7], &[0.0; 7]);
    assert!(failure(|cx| binary(cx, BinaryOp::Add, &x, &y)).hints.is_empty());
}

#[test]
fn equal_programs_with_other_constants_give_equal_graphs() {
    let mut lowering = Lowering::default();
    let mut graph = |a: f64, b: f64| {
        let x = super::floats(&[2], &[1.0, 2.0]);
        let cx = &mut Machine::default();
        let y = binary(cx, BinaryOp::Mul, &x, &Value::Float(a)).unwrap();
        let z = binary(cx, BinaryOp::Add, &y, &Value::Float(b)).unwrap();
        let Value::Array(z) = z else { panic!() };
        lowering.lower(&[z.clone(), z])
    };
    let one = graph(3.0, 3.0);
    let two = graph(3.0, 4.0);
    assert_eq!(one.graph, two.graph);
    assert!(Arc::ptr_eq(&one.graph, &two.graph), "recognized");
    assert_eq!((two.inputs.len(), two.slots.len()), (1, 2));
    assert_eq!(two.slots[1].as_f64(), 4.0);
    assert_eq!(one.graph.roots[0], one.graph.roots[1]);
    assert_ne!(graph(1.0, 4.0).graph, one.graph);
    assert!(Arc::ptr_eq(&graph(5.0, 4.0).graph, &one.graph), "both are remembered");
}

#[test]
fn deep_graphs_are_dropped_and_lowered_without_recursion() {
    let cx = &mut Machine::default();
    let mut x = super::floats(&[1], &[1.0]);
    for _ in 0..200_000 {
        x = binary(cx, BinaryOp::Add, &x, &Value::Int(1)).unwrap();
    }
    let Value::Array(array) = &x else { panic!() };
    assert_eq!(array.depth(), 200_000);
    assert_eq!(Lowering::default().lower(std::slice::from_ref(array)).graph.nodes.len(), 200_002);
    assert_eq!(text_of(cx, &x), "float64[1] 200001.0");
}
