//! Builtins: shapes, folds, products; expected values are NumPy's.

use super::{Machine, call, failure, floats, run};
use crate::array::{Array, attribute, binary, literal};
use crate::builtin::Context;
use crate::fault::Fault;
use crate::value::Value;
use arr_ir::dtype::DType;
use arr_ir::shape::Dim;
use arr_syntax::ast::BinaryOp;

fn ints(values: &[i64]) -> Value {
    Value::tuple(values.iter().copied().map(Value::Int).collect())
}

/// `arange(n).reshape(shape)`
fn grid(cx: &mut dyn Context, shape: &[i64]) -> Result<Value, Fault> {
    let x = call(cx, "arange", &[Value::Int(shape.iter().product())])?;
    call(cx, "reshape", &[x, ints(shape)])
}

fn on(shape: &[i64], name: &str, args: &[Value]) -> String {
    run(|cx| {
        let mut all = vec![grid(cx, shape)?];
        all.extend_from_slice(args);
        call(cx, name, &all)
    })
}

#[test]
fn folds() {
    assert_eq!(on(&[2, 3], "sum", &[]), "int64[] 15");
    assert_eq!(on(&[2, 3], "sum", &[Value::Int(0)]), "int64[3] 3 5 7");
    assert_eq!(on(&[2, 3], "max", &[Value::Int(-1)]), "int64[2] 2 5");
    assert_eq!(on(&[2, 3, 2], "sum", &[ints(&[0, 2])]), "int64[3] 14 22 30");
    assert_eq!(on(&[2, 3], "any", &[Value::Int(1), Value::Bool(true)]), "bool[2, 1] 1 1");
    assert_eq!(on(&[2, 3], "all", &[Value::Int(0)]), "bool[3] 0 1 1");
    let f32 = Value::DType(DType::F32);
    assert_eq!(on(&[3], "sum", &[Value::None, f32]), "float32[] 3.0");
    let i8 = Value::DType(DType::I8);
    assert_eq!(on(&[30], "sum", &[Value::None, i8]), "int8[] -77");
    assert_eq!(on(&[4], "cumulative_sum", &[]), "int64[4] 0 1 3 6");
    assert_eq!(on(&[2, 2], "cumsum", &[]), "int64[4] 0 1 3 6");
    assert_eq!(on(&[2, 2], "cumulative_sum", &[Value::Int(0)]), "int64[2, 2] 0 1 2 4");
    assert_eq!(
        on(&[2], "cumulative_prod", &[Value::None, Value::None, Value::Bool(true)]),
        "int64[3] 1 0 0"
    );
    assert_eq!(run(|cx| call(cx, "prod", &[ints(&[2, 3, 4])])), "24");
    assert_eq!(run(|cx| call(cx, "max", &[ints(&[2, 3, 1])])), "3");
    assert_eq!(run(|cx| call(cx, "max", &[Value::Int(1), Value::Float(2.5)])), "2.5");
    assert_eq!(failure(|cx| call(cx, "max", &[ints(&[1]), Value::Float(2.0)])).code, "E0175");
    let empty = floats(&[0], &[]);
    assert_eq!(failure(|cx| call(cx, "min", std::slice::from_ref(&empty))).code, "E0168");
    assert_eq!(run(|cx| call(cx, "sum", std::slice::from_ref(&empty))), "float64[] 0.0");
    let f = failure(|cx| call(cx, "sum", &[floats(&[2], &[0.0; 2]), Value::Int(1)]));
    assert_eq!((f.code, &f.notes[0][..]), ("E0161", "the axes are -1 to 0"));
}

#[test]
fn arranging() {
    assert_eq!(on(&[2, 3], "reshape", &[Value::Int(3), Value::Int(-1)]), "int64[3, 2] 0 1 2 3 4 5");
    assert_eq!(on(&[2, 3], "transpose", &[]), "int64[3, 2] 0 3 1 4 2 5");
    assert_eq!(on(&[2, 3], "flip", &[]), "int64[2, 3] 5 4 3 2 1 0");
    assert_eq!(on(&[2, 3], "flip", &[Value::Int(1)]), "int64[2, 3] 2 1 0 5 4 3");
    assert_eq!(on(&[2, 1], "squeeze", &[]), "int64[2] 0 1");
    assert_eq!(on(&[2], "expand_dims", &[ints(&[0, -1])]), "int64[1, 2, 1] 0 1");
    assert_eq!(on(&[2], "broadcast_to", &[ints(&[2, 2])]), "int64[2, 2] 0 1 0 1");
    assert_eq!(on(&[3, 3], "_diagonal", &[Value::Int(-1)]), "int64[2] 3 7");
    assert_eq!(
        on(&[2, 2, 2], "moveaxis", &[Value::Int(0), Value::Int(-1)]),
        "int64[2, 2, 2] 0 4 1 5 2 6 3 7"
    );
    assert_eq!(on(&[2, 2], "unstack", &[Value::Int(1)]), "(int64[2] 0 2, int64[2] 1 3)");
    let f = failure(|cx| {
        let x = grid(cx, &[2, 3])?;
        call(cx, "reshape", &[x, ints(&[4, 2])])
    });
    assert_eq!((f.code, &f.notes[0][..]), ("E0163", "6 elements against 8"));
    let f = failure(|cx| {
        let x = grid(cx, &[2, 3])?;
        call(cx, "squeeze", &[x, Value::Int(0)])
    });
    assert_eq!(f.title, "axis 0 has size 2, not 1");
}

#[test]
fn joining() {
    let (a, b) = (floats(&[2], &[1.0, 2.0]), floats(&[1], &[3.0]));
    let both = Value::tuple(vec![a.clone(), b.clone()]);
    assert_eq!(run(|cx| call(cx, "concat", std::slice::from_ref(&both))), "float64[3] 1.0 2.0 3.0");
    let pair = Value::tuple(vec![a.clone(), a.clone()]);
    assert_eq!(
        run(|cx| call(cx, "stack", &[pair.clone(), Value::Int(-1)])),
        "float64[2, 2] 1.0 1.0 2.0 2.0"
    );
    assert_eq!(failure(|cx| call(cx, "stack", std::slice::from_ref(&both))).code, "E0169");
    assert_eq!(run(|cx| literal(cx, &[a.clone(), a.clone()])), "float64[2, 2] 1.0 2.0 1.0 2.0");
    assert_eq!(run(|cx| literal(cx, &[Value::Int(1), Value::Float(0.5)])), "float64[2] 1.0 0.5");
    assert_eq!(run(|cx| literal(cx, &[])), "float64[0] ");
    assert_eq!(failure(|cx| literal(cx, &[a.clone(), b.clone()])).code, "E0170");
    let total = |cx: &mut dyn Context| call(cx, "sum", std::slice::from_ref(&a));
    assert_eq!(
        run(|cx| {
            let s = total(cx)?;
            literal(cx, &[Value::Int(1), s, Value::Int(3)])
        }),
        "float64[3] 1.0 3.0 3.0"
    );
    assert_eq!(
        run(|cx| call(cx, "meshgrid", &[a.clone(), b.clone()])),
        "(float64[1, 2] 1.0 2.0, float64[1, 2] 3.0 3.0)"
    );
}

#[test]
fn making() {
    let int = Value::DType(DType::I32);
    assert_eq!(run(|cx| call(cx, "zeros", &[ints(&[2]), int.clone()])), "int32[2] 0 0");
    assert_eq!(
        run(|cx| call(cx, "full", &[Value::Int(2), Value::Float(1.5)])),
        "float64[2] 1.5 1.5"
    );
    assert_eq!(
        run(|cx| call(cx, "arange", &[Value::Int(5), Value::Int(0), Value::Int(-2)])),
        "int64[3] 5 3 1"
    );
    assert_eq!(
        run(|cx| call(cx, "arange", &[Value::Float(0.0), Value::Float(1.0), Value::Float(0.3)])),
        "float64[4] 0.0 0.3 0.6 0.8999999999999999"
    );
    assert_eq!(failure(|cx| call(cx, "zeros", &[Value::Int(-1)])).code, "E0164");
    assert_eq!(failure(|cx| call(cx, "zeros", &[Value::Int(2), Value::Int(3)])).code, "E0171");
    let huge = ints(&[1 << 40, 1 << 40]);
    let fault = call(&mut Machine::default(), "zeros", &[huge]);
    assert!(matches!(fault, Err(Fault::Host(_))));
    let random = |shape: Value| run(|cx| call(cx, "random", std::slice::from_ref(&shape)));
    assert_eq!(random(Value::Int(4))[11..], random(ints(&[2, 2]))[14..]);
    let small = run(|cx| call(cx, "integers", &[Value::Int(50), Value::Int(2)]));
    assert!(small[10..].split(' ').all(|d| d == "0" || d == "1"), "{small}");
}

#[test]
fn products() {
    let product = |a: &[i64], b: &[i64], dtype: DType| {
        run(|cx| {
            let cast = Value::DType(dtype);
            let a = grid(cx, a)?;
            let a = call(cx, "astype", &[a, cast.clone()])?;
            let b = grid(cx, b)?;
            let b = call(cx, "astype", &[b, cast])?;
            binary(cx, BinaryOp::MatMul, &a, &b)
        })
    };
    assert_eq!(product(&[2, 3], &[3, 2], DType::F64), "float64[2, 2] 10.0 13.0 28.0 40.0");
    assert_eq!(product(&[2, 3], &[3, 2], DType::I64), "int64[2, 2] 10 13 28 40");
    assert_eq!(product(&[3], &[3], DType::F32), "float32[] 5.0");
    assert_eq!(product(&[2, 3], &[3], DType::F64), "float64[2] 5.0 14.0");
    assert_eq!(product(&[3], &[3, 2], DType::I8), "int8[2] 10 13");
    assert_eq!(product(&[2, 1, 2], &[2, 2], DType::F64), "float64[2, 1, 2] 2.0 3.0 6.0 11.0");
    assert_eq!(product(&[2, 1, 2], &[2, 2], DType::I64), "int64[2, 1, 2] 2 3 6 11");
    let f = failure(|cx| {
        binary(cx, BinaryOp::MatMul, &floats(&[2, 3], &[0.0; 6]), &floats(&[2, 3], &[0.0; 6]))
    });
    assert_eq!((f.code, &f.notes[0][..]), ("E0166", "3 columns against 2 rows"));
    assert_eq!(f.hints, ["the sizes meet in {0} @ {1}.mT"]);
}

#[test]
fn attributes() {
    let of = |name: &str| {
        run(|cx| {
            let x = grid(cx, &[2, 3])?;
            Ok(attribute(cx, &x, name)?.unwrap_or(Value::None))
        })
    };
    assert_eq!(of("T"), "int64[3, 2] 0 3 1 4 2 5");
    assert_eq!(of("mT"), "int64[3, 2] 0 3 1 4 2 5");
    assert_eq!(of("shape"), "(2, 3)");
    assert_eq!(of("size"), "6");
    assert_eq!(of("ndim"), "2");
    assert_eq!(of("dtype"), "int64");
    assert_eq!(of("nbytes"), "48");
    assert_eq!(of("imag"), "int64[2, 3] 0 0 0 0 0 0");
    assert_eq!(of("color"), "none");
    let cube = floats(&[1, 1, 1], &[0.0]);
    let f = failure(|cx| attribute(cx, &cube, "T").map(|v| v.unwrap_or(Value::None)));
    assert_eq!(f.hints[1], "to reverse all, write permute_dims({0}, (2, 1, 0))");
}

#[test]
fn unknown_sizes_are_inferred_as_far_as_possible() {
    let unknown = |n: u32| {
        let dims = [Dim::Unknown(n), Dim::Known(4)].into_iter().collect();
        Value::Array(Array::abstract_of(DType::F64, dims))
    };
    let cx = &mut Machine { checking: true, dims: 100, ..Machine::default() };
    let text = |v: Result<Value, Fault>| v.unwrap_or_else(|f| panic!("{f:?}")).type_text();
    assert_eq!(text(binary(cx, BinaryOp::Add, &unknown(1), &unknown(2))), "float64[?, 4]");
    assert_eq!(text(call(cx, "sum", &[unknown(1), Value::Int(0)])), "float64[4]");
    assert_eq!(text(call(cx, "ravel", &[unknown(1)])), "float64[?]");
    assert_eq!(text(call(cx, "reshape", &[unknown(1), ints(&[4, -1])])), "float64[4, ?]");
    let product = {
        let t = attribute(cx, &unknown(1), "T").unwrap().unwrap();
        binary(cx, BinaryOp::MatMul, &t, &unknown(1))
    };
    assert_eq!(text(product), "float64[4, 4]");
    let row = floats(&[5], &[0.0; 5]);
    assert!(binary(cx, BinaryOp::Add, &unknown(1), &row).is_err());
    let zeros = call(cx, "zeros", &[Value::Unknown(crate::value::Unknown::Int)]);
    assert_eq!(text(zeros), "float64[?]");
}
