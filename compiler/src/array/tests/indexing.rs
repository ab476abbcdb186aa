//! Reading and writing elements; expected values are NumPy's.

use super::{call, failure, run};
use crate::array::{Index, assign_index, index};
use crate::builtin::Context;
use crate::fault::Fault;
use crate::value::Value;

/// `start:stop:step` with `_` for absent, an integer, `...`, or `+` for a new axis.
fn items(text: &str) -> Vec<Index> {
    let part = |t: &str| (t != "_").then(|| Value::Int(t.parse().expect("a number")));
    text.split(' ')
        .map(|item| match item {
            "..." => Index::Ellipsis,
            "+" => Index::NewAxis,
            item if item.contains(':') => {
                let parts: Vec<&str> = item.split(':').collect();
                Index::Slice(part(parts[0]), part(parts[1]), parts.get(2).and_then(|t| part(t)))
            }
            item => Index::Value(Value::Int(item.parse().expect("a number"))),
        })
        .collect()
}

/// `arange(12).reshape(3, 4)`
fn grid(cx: &mut dyn Context) -> Result<Value, Fault> {
    let x = call(cx, "arange", &[Value::Int(12)])?;
    call(cx, "reshape", &[x, Value::Int(3), Value::Int(4)])
}

#[test]
fn reading() {
    for (at, expect) in [
        ("1", "int64[4] 4 5 6 7"),
        ("-1", "int64[4] 8 9 10 11"),
        ("1 2", "int64[] 6"),
        ("_:_ 1", "int64[3] 1 5 9"),
        ("... 1", "int64[3] 1 5 9"),
        ("0 ...", "int64[4] 0 1 2 3"),
        ("1:_ _:2", "int64[2, 2] 4 5 8 9"),
        ("_:_:-1 _:_:2", "int64[3, 2] 8 10 4 6 0 2"),
        ("5:1 0", "int64[0] "),
        ("_:100", "int64[3, 4] 0 1 2 3 4 5 6 7 8 9 10 11"),
        ("-100:-2", "int64[1, 4] 0 1 2 3"),
        ("+ 0", "int64[1, 4] 0 1 2 3"),
        ("0 +", "int64[1, 4] 0 1 2 3"),
        ("... + 2", "int64[3, 1] 2 6 10"),
        ("2:0:-1 3:_:-2", "int64[2, 2] 11 9 7 5"),
        ("_:_:100 0", "int64[1] 0"),
    ] {
        let text = run(|cx| {
            let x = grid(cx)?;
            index(cx, &x, &items(at))
        });
        assert_eq!(text, expect, "x[{at}]");
    }
}

#[test]
fn views_of_views_are_one_view() {
    let text = run(|cx| {
        let x = grid(cx)?;
        let x = index(cx, &x, &items("_:_:-1"))?;
        let x = call(cx, "permute_dims", &[x, Value::tuple(vec![Value::Int(1), Value::Int(0)])])?;
        let x = index(cx, &x, &items("1:_:2 1"))?;
        let Value::Array(array) = &x else { panic!() };
        assert!(array.depth() <= 3, "{}", array.depth());
        Ok(x)
    });
    assert_eq!(text, "int64[2] 5 7");
}

#[test]
fn writing() {
    for (at, expect) in [
        ("1", "0 1 2 3 9 9 9 9 8 9 10 11"),
        ("_:_ 1", "0 9 2 3 4 9 6 7 8 9 10 11"),
        ("1:_ _:2", "0 1 2 3 9 9 6 7 9 9 10 11"),
        ("_:_:-2 0", "9 1 2 3 4 5 6 7 9 9 10 11"),
        ("...", "9 9 9 9 9 9 9 9 9 9 9 9"),
        ("5:1", "0 1 2 3 4 5 6 7 8 9 10 11"),
        ("2 -1", "0 1 2 3 4 5 6 7 8 9 10 9"),
    ] {
        let text = run(|cx| {
            let x = grid(cx)?;
            assign_index(cx, &x, &items(at), &Value::Int(9))
        });
        assert_eq!(text, format!("int64[3, 4] {expect}"), "x[{at}] = 9");
    }
}

#[test]
fn writing_arrays() {
    let row = |cx: &mut dyn Context, n: i64| call(cx, "arange", &[Value::Int(n)]);
    let text = run(|cx| {
        let (x, v) = (grid(cx)?, row(cx, 3)?);
        assign_index(cx, &x, &items("_:_:-1 1"), &v)
    });
    assert_eq!(text, "int64[3, 4] 0 2 2 3 4 1 6 7 8 0 10 11");
    let text = run(|cx| {
        let (x, v) = (grid(cx)?, row(cx, 2)?);
        let v = call(
            cx,
            "reshape",
            &[v, Value::tuple(vec![Value::Int(1), Value::Int(2), Value::Int(1)])],
        )?;
        assign_index(cx, &x, &items("1:_ 2:_"), &v)
    });
    assert_eq!(text, "int64[3, 4] 0 1 2 3 4 5 0 0 8 9 1 1");
    let text = run(|cx| {
        let (x, v) = (grid(cx)?, row(cx, 2)?);
        assign_index(cx, &x, &items("0 + _:_:2"), &v)
    });
    assert_eq!(text, "int64[3, 4] 0 1 1 3 4 5 6 7 8 9 10 11");
    let text = run(|cx| {
        let x = grid(cx)?;
        let mask = crate::array::binary(cx, arr_syntax::ast::BinaryOp::Gt, &x, &Value::Int(7))?;
        assign_index(cx, &x, &[Index::Value(mask)], &Value::Int(-1))
    });
    assert_eq!(text, "int64[3, 4] 0 1 2 3 4 5 6 7 -1 -1 -1 -1");
}

#[test]
fn sequences() {
    let t = Value::tuple((0..5).map(Value::Int).collect());
    assert_eq!(run(|cx| index(cx, &t, &items("-2"))), "3");
    assert_eq!(run(|cx| index(cx, &t, &items("_:_:-2"))), "(4, 2, 0)");
    assert_eq!(run(|cx| index(cx, &Value::text("hello"), &items("1:3"))), "el");
    assert_eq!(run(|cx| index(cx, &Value::Range(0, 10, 3), &items("-1"))), "9");
    assert_eq!(failure(|cx| index(cx, &t, &items("5"))).code, "E0155");
}

#[test]
fn failures() {
    let code = |at: &str| {
        failure(|cx| {
            let x = grid(cx)?;
            index(cx, &x, &items(at))
        })
    };
    assert_eq!(code("3").title, "index 3 is out of range for axis 0 of size 3");
    assert_eq!(code("0 -5").hints, ["the indices are -4 to 3"]);
    assert_eq!(code("0 0 0").code, "E0154");
    assert_eq!(code("_:_:0").code, "E0158");
    let write = |at: &str, v: Value| {
        failure(|cx| {
            let x = grid(cx)?;
            assign_index(cx, &x, &items(at), &v)
        })
    };
    assert_eq!(write("0", Value::Float(2.7)).code, "E0160");
    assert_eq!(write("0", super::floats(&[4], &[0.0; 4])).code, "E0160");
    let x = super::floats(&[2, 3], &[0.0; 6]);
    let v = super::floats(&[2], &[0.0; 2]);
    assert_eq!(failure(|cx| assign_index(cx, &x, &items("0"), &v)).code, "E0159");
    assert_eq!(failure(|cx| index(cx, &x, &[Index::Value(v.clone())])).code, "E0171");
}
