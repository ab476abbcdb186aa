//! Every row of the operator table, through the language: its example, its dtype rule, and the
//! same bits compiled and interpreted, whole and in pieces, on special values of every dtype.

#[path = "common/programs.rs"]
mod programs;

use arr::{Session, Value};
use arr_compiler::builtins::BUILTINS;
use arr_ir::dtype::{DType, Kind};
use arr_ir::op::{MapOp, ROWS, Row, Rule};
use ndarray::Array1;

fn real() -> impl Iterator<Item = DType> {
    DType::ALL.into_iter().filter(|d| d.kind() != Kind::Complex)
}

/// An uneven number of values, in every dtype: limits, special values, ordinary ones.
fn special<'a>(dtype: DType) -> Value<'a> {
    macro_rules! integers {
        ($type:ty) => {
            Array1::from_vec(vec![
                <$type>::MIN,
                <$type>::MAX,
                0,
                1,
                2,
                3,
                7,
                8,
                63,
                64,
                100,
                127,
                <$type>::MAX - 1,
                <$type>::MIN + 1,
                (0 as $type).wrapping_sub(1),
                (0 as $type).wrapping_sub(3),
                <$type>::MAX / 2,
            ])
            .into()
        };
    }
    macro_rules! floats {
        ($type:ty) => {
            Array1::from_vec(vec![
                <$type>::NAN,
                <$type>::INFINITY,
                <$type>::NEG_INFINITY,
                0.0,
                -0.0,
                1.0,
                -1.0,
                0.5,
                -2.5,
                3.7,
                1e-3,
                <$type>::MIN_POSITIVE / 4.0,
                <$type>::MAX,
                <$type>::MIN,
                100.25,
                -7.0,
                2e9,
            ])
            .into()
        };
    }
    match dtype {
        DType::Bool => Array1::from_iter((0..17).map(|i| i % 3 == 1)).into(),
        DType::I8 => integers!(i8),
        DType::I16 => integers!(i16),
        DType::I32 => integers!(i32),
        DType::I64 => integers!(i64),
        DType::U8 => integers!(u8),
        DType::U16 => integers!(u16),
        DType::U32 => integers!(u32),
        DType::U64 => integers!(u64),
        DType::F32 => floats!(f32),
        DType::F64 => floats!(f64),
        DType::C64 | DType::C128 => unreachable!("real dtypes only"),
    }
}

/// Stands for every NaN: signs and payloads of NaN are not part of a result.
const NAN: u64 = u64::MAX << 32;

/// The elements of an array as bits.
fn bits(value: &Value<'_>) -> Vec<u64> {
    macro_rules! elements {
        ($type:ty, $bits:expr) => {
            value.to_ndarray::<$type>().expect("its own dtype").iter().map($bits).collect()
        };
    }
    match value.dtype().expect("an array") {
        "bool" => elements!(bool, |&v| v as u64),
        "int8" => elements!(i8, |&v| v as u64),
        "int16" => elements!(i16, |&v| v as u64),
        "int32" => elements!(i32, |&v| v as u64),
        "int64" => elements!(i64, |&v| v as u64),
        "uint8" => elements!(u8, |&v| v as u64),
        "uint16" => elements!(u16, |&v| v as u64),
        "uint32" => elements!(u32, |&v| v as u64),
        "uint64" => elements!(u64, |&v| v),
        "float32" => elements!(f32, |v| if v.is_nan() { NAN } else { v.to_bits() as u64 }),
        "float64" => elements!(f64, |v| if v.is_nan() { NAN } else { v.to_bits() }),
        other => panic!("{other}"),
    }
}

fn session<'a>(chunk: Option<usize>, interpret: bool) -> Session<'a> {
    Session::builder().memory(1 << 28).threads(1).chunk(chunk).interpret(interpret).build()
}

/// A session with the special values of every dtype as `x_int8` and so on, upright as `c_int8`.
fn prepared<'a>(chunk: Option<usize>, interpret: bool) -> Session<'a> {
    let mut session = session(chunk, interpret);
    for dtype in real() {
        session.set(&format!("x_{dtype}"), special(dtype)).expect("a name");
        session.eval(&format!("c_{dtype} = x_{dtype}[:, newaxis]")).expect("a view");
    }
    session
}

#[test]
fn examples_of_rows_and_builtins_print_what_they_say() {
    let output = programs::Captured::default();
    let mut session = Session::builder().memory(1 << 28).output(output.clone()).build();
    let rows = ROWS.iter().map(|r| (r.name, r.example));
    let builtins = BUILTINS.iter().map(|b| (b.name, b.example));
    let mut wrong = vec![];
    for (name, (example, expected)) in rows.chain(builtins) {
        if ["save(", "load(", "info("].iter().any(|name| example.contains(name)) {
            continue;
        }
        let before = output.text().len();
        match session.interact("example", example, false) {
            Ok((Some(shown), _)) if shown == expected => {}
            Ok((None, _)) if output.text()[before..].trim_end() == expected => {}
            Ok((shown, _)) => wrong.push(format!("{name}: {example}: {shown:?}")),
            Err(error) => wrong.push(format!("{name}: {example}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The call of a row on operands of these dtypes, the first one upright so that all pairs meet.
fn call(row: &Row, dtypes: &[DType]) -> String {
    match (row.op, dtypes) {
        (MapOp::Cast, [from, to]) => format!("x_{from}.astype({to})"),
        (MapOp::Select, [a, b]) => format!("where(x_bool, c_{a}, x_{b})"),
        (_, [a]) => format!("{}(x_{a})", row.name),
        (_, [a, b]) => format!("{}(c_{a}, x_{b})", row.name),
        _ => unreachable!("one or two operands"),
    }
}

fn operands(row: &Row) -> Vec<Vec<DType>> {
    if row.arity == 1 && row.op != MapOp::Cast {
        return real().map(|d| vec![d]).collect();
    }
    real().flat_map(|a| real().map(move |b| vec![a, b])).collect()
}

/// What the row says about the result's dtype.
fn ruled(row: &Row, dtypes: &[DType]) -> Option<DType> {
    match row.rule {
        Rule::Cast => dtypes.last().copied(),
        _ => row.op.dtypes(dtypes).ok().map(|d| d.1),
    }
}

#[test]
fn the_evaluator_follows_the_dtype_rules() {
    let mut session = prepared(None, false);
    let mut wrong = vec![];
    for row in ROWS {
        for dtypes in operands(row) {
            let text = call(row, &dtypes);
            let found = session.eval(&format!("{text}.dtype"));
            let found = found.map(|v| v.to_string()).map_err(|e| e.code());
            match (ruled(row, &dtypes), found) {
                (Some(dtype), Ok(found)) if found == dtype.name() => {}
                (None, Err("E0151")) => {}
                (expected, found) => wrong.push(format!("{text}: {expected:?}, found {found:?}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn compiled_and_interpreted_whole_and_in_pieces_give_the_same_bits() {
    let ways = [(None, false), (Some(7), false), (None, true), (Some(7), true)];
    let mut sessions: Vec<Session> = ways.iter().map(|w| prepared(w.0, w.1)).collect();
    let mut wrong = vec![];
    for row in ROWS {
        for dtypes in operands(row) {
            // Mixed operands are cast and then computed as equal ones; casts have their own row.
            let mixed = row.op != MapOp::Cast && dtypes.iter().any(|d| *d != dtypes[0]);
            if mixed || ruled(row, &dtypes).is_none() {
                continue;
            }
            let text = call(row, &dtypes);
            let mut results = sessions.iter_mut().map(|s| s.eval(&text).map(|v| bits(&v)));
            let first = results.next().expect("a way");
            for (way, found) in ways[1..].iter().zip(results) {
                if first.is_err() || found != first {
                    wrong.push(format!("{text} {way:?}\n  {first:x?}\n  {found:x?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
}
