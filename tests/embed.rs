//! The embedding API.

use arr::{ErrorKind, Session, Value};
use ndarray::{Array, Array1, Array2, arr1, arr2, s};
use num_complex::Complex;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[test]
fn sessions_can_be_sent_and_errors_shared() {
    fn send<T: Send>() {}
    fn share<T: Send + Sync + 'static>() {}
    send::<Session<'static>>();
    share::<Value<'static>>();
    share::<arr::Error>();
    share::<arr::Interrupter>();
    let mut session = Session::new();
    let value = std::thread::spawn(move || session.eval("1 + 1").unwrap()).join().unwrap();
    assert_eq!(value.to_scalar::<i64>().unwrap(), 2);
}

#[test]
fn views_of_every_layout_arrive_as_they_are() {
    let data = Array::from_shape_fn((4, 6, 5), |(i, j, k)| (100 * i + 10 * j + k) as i32);
    let mut session = Session::new();
    let views = [
        data.view(),
        data.view().reversed_axes(),
        data.slice(s![.., .., ..;-1]),
        data.slice(s![1..3, ..;2, 1..]),
        data.slice(s![..;-2, ..;3, ..;-1]),
        data.slice(s![2..2, .., ..]),
    ];
    for view in views {
        session.set("x", view).unwrap();
        let back = session.eval("x").unwrap();
        assert_eq!(back.shape().unwrap(), view.shape());
        assert_eq!(back.to_ndarray::<i32>().unwrap(), view.to_owned().into_dyn());
        let twice = session.eval("x * 2").unwrap().to_ndarray::<i32>().unwrap();
        assert_eq!(twice, (&view * 2).into_dyn());
    }
}

#[test]
fn lent_memory_is_read_where_it_lies_and_never_changed() {
    let data = Array2::<f64>::ones((1000, 1000));
    let mut session = Session::builder().memory(1 << 20).build();
    session.set("x", &data).unwrap();
    assert_eq!(session.eval("x.sum()").unwrap().to_scalar::<f64>().unwrap(), 1e6);
    assert_eq!(session.eval("x.T.sum()").unwrap().to_scalar::<f64>().unwrap(), 1e6);
    session.eval("y = x[:10]\ny[0] = 7").unwrap();
    assert_eq!(session.eval("y.sum()").unwrap().to_scalar::<f64>().unwrap(), 16000.0);
    drop(session);
    assert!(data.iter().all(|&v| v == 1.0));
}

#[test]
fn complex_views_are_lent_and_results_interleaved() {
    let data = Array2::from_shape_fn((400, 300), |(i, j)| Complex::new(i as f64, j as f64 - 150.0));
    let mut session = Session::builder().memory(3 << 20).build();
    session.set("z", &data).unwrap();
    session.set("t", data.t().slice_move(s![..;-2, ..3])).unwrap();
    let t = session.eval("t * 1j").unwrap().to_ndarray::<Complex<f64>>().unwrap();
    let expected = data.t().slice_move(s![..;-2, ..3]).mapv(|z| Complex::new(-z.im, z.re));
    assert_eq!(t, expected.into_dyn());
    let modulus = session.eval("max(abs(z))").unwrap().to_scalar::<f64>().unwrap();
    assert_eq!(modulus, f64::hypot(399.0, 150.0));
    let sum = session.eval("(z.sum(), z[2, 3])").unwrap().items().unwrap();
    assert_eq!(sum[0].to_scalar::<Complex<f64>>().unwrap(), data.sum());
    assert_eq!(sum[1].to_scalar::<Complex<f64>>().unwrap(), data[[2, 3]]);
    assert!(sum[1].to_scalar::<f64>().is_err());
    let deep = Array::<Complex<f32>, _>::zeros(vec![1; 16]);
    assert_eq!(session.set("deep", deep).unwrap_err().kind(), ErrorKind::Limit);
}

macro_rules! round_trip {
    ($($type:ty: $($value:expr),+;)*) => {$(
        let array: Array1<$type> = arr1(&[$($value),+]);
        let mut session = Session::new();
        session.set("x", array.clone()).unwrap();
        let value = session.get("x").unwrap().unwrap();
        assert_eq!(value.to_ndarray::<$type>().unwrap(), array.clone().into_dyn());
        let reversed = session.eval("x[::-1]").unwrap().to_ndarray::<$type>().unwrap();
        let mut back: Vec<$type> = reversed.iter().copied().collect();
        back.reverse();
        assert_eq!(back, array.to_vec());
    )*};
}

#[test]
fn every_element_type_goes_in_and_out() {
    round_trip! {
        bool: true, false, true;
        i8: -128, 0, 127;
        i16: -3, 4;
        i32: i32::MIN, 5;
        i64: i64::MIN, i64::MAX;
        u8: 0, 255;
        u16: 1, 65535;
        u32: 1, u32::MAX;
        u64: 1, u64::MAX;
        f32: 0.1, -0.0, f32::MAX;
        f64: 0.1, f64::MIN_POSITIVE, f64::INFINITY;
    }
    let z = arr1(&[Complex::new(1.0f64, -2.0), Complex::new(0.5, 0.25)]);
    let mut session = Session::new();
    session.set("z", &z).unwrap();
    assert_eq!(
        session.get("z").unwrap().unwrap().to_ndarray::<Complex<f64>>().unwrap(),
        z.clone().into_dyn()
    );
}

#[test]
fn scalars_convert_only_exactly() {
    let mut session = Session::new();
    let int = session.eval("3").unwrap();
    assert_eq!(int.to_scalar::<f64>().unwrap(), 3.0);
    assert_eq!(int.to_scalar::<u8>().unwrap(), 3);
    assert!(session.eval("300").unwrap().to_scalar::<u8>().is_err());
    assert!(session.eval("2.5").unwrap().to_scalar::<i64>().is_err());
    assert!(session.eval("2 ** 60 + 1").unwrap().to_scalar::<f64>().is_err());
    assert!(session.eval("nan").unwrap().to_scalar::<f32>().unwrap().is_nan());
    assert!(session.eval("true").unwrap().to_scalar::<bool>().unwrap());
    assert!(int.to_scalar::<bool>().is_err());
    assert_eq!(session.eval("[[7]]").unwrap().to_scalar::<i64>().unwrap(), 7);
    let error = session.eval("[1, 2]").unwrap().to_scalar::<i64>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Value);
    assert!(error.to_string().contains("int64[2]"), "{error}");
}

#[test]
fn values_print_as_in_the_language() {
    let mut session = Session::new();
    for (code, shown, inside) in [
        ("1.0", "1.0", "1.0"),
        ("\"a\\nb\"", "a\nb", "'a\\nb'"),
        ("[1.5, 2.0]", "[1.5 2. ]", "array([1.5, 2. ])"),
        ("(1, none, true)", "(1, none, True)", "(1, none, True)"),
        ("record(a=1, b=\"x\")", "record(a=1, b='x')", "record(a=1, b='x')"),
        ("range(3)", "range(0, 3)", "range(0, 3)"),
        ("float32", "float32", "float32"),
    ] {
        let value = session.eval(code).unwrap();
        assert_eq!((value.to_string().as_str(), format!("{value:?}").as_str()), (shown, inside));
    }
    let record = session.eval("record(a=1, b=\"x\")").unwrap();
    assert_eq!(record.field("b").unwrap().as_str(), Some("x"));
    assert!(session.eval("x = 1").unwrap().is_none());
}

#[test]
fn errors_have_places_codes_and_kinds() {
    let mut session = Session::new();
    let error = session.eval_named("a.arr", "x = zeros((2, 3))\ny = x + zeros(2)\n").unwrap_err();
    assert_eq!((error.kind(), error.code(), error.exit_code()), (ErrorKind::Program, "E0102", 2));
    let label = &error.diagnostics()[0].labels[0];
    assert_eq!((label.source.as_str(), label.line, label.start), ("a.arr", 2, 22));
    assert!(error.to_string().starts_with("E0102: "), "{error}");
    assert!(error.render(false).contains("--> a.arr:2:"), "{}", error.render(false));
    assert_eq!(session.eval("assert false").unwrap_err().kind(), ErrorKind::Value);
    assert_eq!(session.eval("load(\"no.npy\")").unwrap_err().kind(), ErrorKind::Io);
    // An error keeps the session.
    assert_eq!(session.eval("1").unwrap().to_scalar::<i64>().unwrap(), 1);
}

#[test]
fn names_are_checked_and_functions_stay() {
    let mut session = Session::new();
    for name in ["", "a b", "1x", "if", "x.y", "x\n", "π r", "a;b"] {
        assert_eq!(session.set(name, 1.0).unwrap_err().kind(), ErrorKind::Program, "{name:?}");
    }
    session.set("größe", 1.0).unwrap();
    session.eval("fn f(x) = x").unwrap();
    let function = session.get("f").unwrap().unwrap();
    assert_eq!(function.to_string(), "<function f>");
    assert!(session.set("g", function).is_err());
    assert!(session.get("nothing").unwrap().is_none());
    assert_eq!(session.call("nothing", &[]).unwrap_err().kind(), ErrorKind::Program);
}

#[test]
fn deep_nesting_and_recursion_are_limits() {
    let mut session = Session::new();
    let error = session.eval("fn f(n) = f(n + 1)\nf(0)").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    let error = session.eval("t = ()\nfor i in range(2000) { t = (t,) }\nt").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    let brackets = "(".repeat(100_000);
    assert_eq!(session.eval(&brackets).unwrap_err().kind(), ErrorKind::Program);
}

#[test]
fn memory_has_a_limit() {
    let mut session = Session::builder().memory(8 << 20).threads(2).build();
    let error = session.eval("ones((10000, 10000)) * 2").unwrap_err();
    assert_eq!((error.kind(), error.exit_code()), (ErrorKind::Limit, 4));
    assert!(!error.diagnostics()[0].hints.is_empty());
    assert_eq!(session.eval("ones(1000).sum()").unwrap().to_scalar::<f64>().unwrap(), 1000.0);
    assert!(session.stats().memory_peak <= 8 << 20);
}

#[derive(Clone, Default)]
struct Collect(Arc<Mutex<Vec<u8>>>);

impl Write for Collect {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn output_can_be_collected() {
    let output = Collect::default();
    let mut session = Session::builder().output(output.clone()).build();
    session.eval("print(1, [2, 3])").unwrap();
    assert_eq!(*output.0.lock().unwrap(), b"1 [2 3]\n");
}

#[test]
fn an_evaluation_can_be_interrupted() {
    let mut session = Session::new();
    let interrupter = session.interrupter();
    let stopper = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        interrupter.interrupt();
    });
    let error = session.eval("while true { }").unwrap_err();
    stopper.join().unwrap();
    assert_eq!((error.kind(), error.exit_code()), (ErrorKind::Interrupted, 130));
    assert_eq!(session.eval("1").unwrap().to_scalar::<i64>().unwrap(), 1);
}

#[test]
fn functions_take_and_give_arrays() {
    let (x, w) = (arr2(&[[1.0, 2.0], [3.0, 4.0]]), arr1(&[1.0, 10.0]));
    let mut session = Session::new();
    session.eval("fn affine(x, w, b=1.0) = x @ w + b").unwrap();
    let y = session.call("affine", &[(&x).into(), (&w).into()]).unwrap();
    assert_eq!(y.to_ndarray::<f64>().unwrap(), arr1(&[22.0, 44.0]).into_dyn());
    let y = session.call("affine", &[x.clone().into(), w.clone().into(), 0.5.into()]).unwrap();
    assert_eq!(y.to_ndarray::<f64>().unwrap(), arr1(&[21.5, 43.5]).into_dyn());
}

#[test]
fn params_are_set_from_text() {
    let mut session = Session::new();
    session.set_param("n", "7").unwrap();
    assert_eq!(session.eval("param n = 3\nn * 2").unwrap().to_scalar::<i64>().unwrap(), 14);
    session.set_param("m", "7").unwrap();
    assert_eq!(session.eval("param n = 3").unwrap_err().kind(), ErrorKind::Program);
}

/// Products of a matrix with its own transpose: half of the blocks are mirror images of others.
/// Compiled only, since only large ones have several blocks.
#[test]
fn products_with_the_own_transpose() {
    let program = r#"
fn check(a) {
    b = compute(a + 0 * a)
    s = a.mT @ a
    t = a @ a.mT
    assert all(s == compute(b.mT) @ a) and all(t == a @ compute(b.mT)), "other values"
    assert all(s == s.mT) and all(t == t.mT), "not symmetric"
}
check(sin(arange(700 * 130, dtype=float64)).reshape(700, 130))
check(sin(arange(300 * 301, dtype=float64)).reshape(300, 301).astype(float32))
check(sin(arange(3 * 140 * 150, dtype=float64)).reshape(3, 140, 150))
x = sin(arange(90 * 200, dtype=float64)).reshape(90, 200)
for part in (x[::-1, 3:], x.T[::2], x[:1], x[:, :1]) { check(part) }
y = x[:, 20:]
z = x[:, :-20]
assert all(y.T @ z == compute(y + 0).T @ z), "windows of one array are not each other"
"#;
    for threads in [1, 3] {
        let mut session = Session::builder().memory(1 << 28).threads(threads).build();
        session.eval(program).unwrap();
    }
}
