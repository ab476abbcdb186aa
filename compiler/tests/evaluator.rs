//! What the evaluator promises beyond results: work done once, bounded depth, speed, sessions.

mod common;

use arr_compiler::session::{Exit, Session};
use arr_compiler::value::Value;
use common::{OracleHost, render, with_stack};
use std::fmt::Write;
use std::time::Instant;

/// Runs a program; gives what it printed and the host.
fn run(text: &str) -> (String, OracleHost) {
    let text = text.to_string();
    with_stack(move || {
        let mut host = OracleHost::default();
        let mut session = Session::new();
        session.keep_bindings(false);
        let result = session.run("main.arr", &text, &mut host).map(|_| ());
        if let Err(failed) = result {
            panic!("{}", render(&session, &failed.diagnostics));
        }
        (std::mem::take(&mut host.output), host)
    })
}

fn fails(text: &str) -> (Exit, String) {
    let text = text.to_string();
    with_stack(move || {
        let mut host = OracleHost::default();
        let mut session = Session::new();
        match session.run("main.arr", &text, &mut host) {
            Ok(_) => panic!("it runs"),
            Err(failed) => (failed.exit, render(&session, &failed.diagnostics)),
        }
    })
}

#[test]
fn a_value_needed_by_a_condition_and_later_is_computed_once() {
    let (_, host) = run("
        u = zeros((6, 6))
        u[0, :] = 1.0
        err = inf
        n = 0
        while n < 10 and err > 1e-12 {
            v = u
            v[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:])
            err = max(abs(v - u))
            u = v
            n += 1
        }
        print(u.sum())");
    assert_eq!(host.runs, 10);
    assert!(host.nodes < 10 * 20, "{} nodes in {} runs", host.nodes, host.runs);
}

#[test]
fn a_value_read_for_the_last_time_is_not_kept() {
    let (_, host) = run("x = random((100,), seed=1)\ny = x * 2.0\nprint(y.sum())");
    assert_eq!((host.runs, host.roots), (1, 1));
    let (_, host) = run("x = random((100,), seed=1)\ny = x * 2.0\nprint(y.sum())\nprint(x.max())");
    assert_eq!((host.runs, host.roots), (2, 1));
    assert_eq!(host.nodes, 4, "random, multiply, sum; then max of the x that was kept");
}

#[test]
fn outputs_saved_in_a_row_share_their_work() {
    let (_, host) = run("
        x = random((100,), seed=1) * 2.0
        y = x + 1.0
        z = x - 1.0
        save(\"y.npy\", y)
        save(\"z.npy\", z)
        save(\"w.npy\", ones(3))");
    assert_eq!(host.files.len(), 3);
    assert_eq!(host.runs, 2, "y and z together, then w");
}

/// Programs whose variables die early when nothing outlives the run.
#[test]
fn variables_live_as_long_as_they_are_read() {
    let cases = [
        ("x = 1\nif x > 0 { x = 5 } else { x = 6 }\nprint(x)", "5\n"),
        ("fn f(x) = x + 1\ny = 1\nprint(y.f())\nprint(y.f().f())", "2\n3\n"),
        ("x = 1\nfor i in range(3) { y = x; x = y + i }\nprint(x)", "4\n"),
        ("x = 3\ny = 0\nwhile x > 0 { y = x; x = y - 1 }\nprint(y)", "1\n"),
        ("a = 1\nwhile true { b = a; if b > 3 { break }; a = b + 1 }\nprint(b)", "4\n"),
        ("a = 1\nfor i in range(3) { if i == 1 { continue }; a = a + i }\nprint(a)", "3\n"),
        ("x = 1\nfn g() = x\nx = 2\ny = x\nprint(g(), y)", "2 2\n"),
        ("x = 2\ny = if x > 1 { z = x * 2; z + x } else { 0 }\nprint(y + x)", "8\n"),
        ("x = [1, 2, 3]\nx[x[0]] = x[2]\nx[0] += x[1]\nprint(x)", "[4 3 3]\n"),
        ("a, b = 1, 2\na, b = b, a\nprint(a)", "2\n"),
        ("k = 2\nv = [k * i for i in range(3) if i != k]\nprint(v, k)", "[0 2] 2\n"),
        ("fn f(n) { r = 0; for i in range(n) { t = i; r += t }; r }\nprint(f(4))", "6\n"),
        ("fn f(n) { fn g() = n + m; m = 5; g() }\nprint(f(1))", "6\n"),
    ];
    for (program, printed) in cases {
        assert_eq!(run(program).0, printed, "{program}");
    }
}

#[test]
fn long_chains_are_evaluated_in_a_loop() {
    let mut text = String::from("x = 1\ny = x");
    text.push_str(&" + x".repeat(200_000));
    text.push_str("\nprint(y)\nz = [1.0]\nw = z");
    text.push_str(&" + z".repeat(5_000));
    text.push_str("\nprint(w)\nv = z");
    text.push_str(&".abs()".repeat(2_000));
    text.push_str("\nprint(v)\n");
    assert_eq!(run(&text).0, "200001\n[5001.]\n[1.]\n");
}

#[test]
fn long_lists_of_branches_work() {
    let mut text = String::from("x = 200\nif x == 0 { y = 0 }");
    for i in 1..250 {
        let _ = write!(text, " else if x == {i} {{ y = {i} }}");
    }
    text.push_str(" else { y = -1 }\nprint(y)\n");
    assert_eq!(run(&text).0, "200\n");
}

#[test]
fn long_loops_keep_what_is_pending_small() {
    let (out, host) = run("
        x = ones(3)
        for i in range(1000) { x = x * 0.5 + 1.0 }
        print(x)");
    assert_eq!(out, "[2. 2. 2.]\n");
    assert!(host.runs < 20, "{} runs", host.runs);
}

#[test]
fn recursion_is_a_limit() {
    let (exit, text) = fails("fn f(n) = if n == 0 { 0 } else { 1 + f(n - 1) }\nprint(f(5000))");
    assert_eq!(exit, Exit::Limit, "{text}");
    assert!(text.len() < 4096, "{text}");
    let (out, _) = run("fn f(n) = if n == 0 { 0 } else { 1 + f(n - 1) }\nprint(f(900))");
    assert_eq!(out, "900\n");
}

#[test]
fn deep_expressions_in_deep_recursion_are_a_limit() {
    let deep = format!("{}f(n - 1){}", "(1 + ".repeat(120), ")".repeat(120));
    let (exit, text) = fails(&format!("fn f(n) = if n == 0 {{ 0 }} else {{ {deep} }}\nf(990)"));
    assert_eq!(exit, Exit::Limit, "{text}");
}

#[test]
fn statements_are_cheap() {
    let started = Instant::now();
    let (out, _) = run("
        s = 0
        for i in range(300000) { s = s + i * 2; if s < 0 { break } }
        print(s)");
    assert_eq!(out, "89999700000\n");
    let each = started.elapsed().as_secs_f64() / 300_000.0;
    eprintln!("{:.2} us per iteration", each * 1e6);
    assert!(each < 20e-6, "{:.2} us per iteration", each * 1e6);
}

#[test]
fn statements_on_arrays_are_cheap() {
    let started = Instant::now();
    let (out, host) = run("
        x = ones(8)
        for i in range(20000) { x = x * 0.5 + 1.0; if x[0] > 3.0 { break } }
        print(x.sum())");
    assert_eq!(out, "16.0\n");
    assert_eq!(host.runs, 20_001);
    let each = started.elapsed().as_secs_f64() / 20_000.0;
    eprintln!("{:.2} us per iteration", each * 1e6);
    assert!(each < 200e-6, "{:.2} us per iteration", each * 1e6);
}

#[test]
fn checking_is_bounded() {
    let mut text = String::from("x = random((3,), seed=1)[0] > 0.5\ny = 0\n");
    for _ in 0..60 {
        text.push_str("for i in range(10) { if x { y += 1 } else { while x { y = y + 1.0 ");
    }
    text.push_str(&"}}} ".repeat(60));
    let started = Instant::now();
    with_stack(move || {
        let mut host = OracleHost::default();
        Session::new().check("main.arr", &text, &mut host)
    });
    assert!(started.elapsed().as_secs_f64() < 5.0, "{:?}", started.elapsed());
}

#[test]
fn exponential_calls_are_checked_in_bounded_time() {
    let mut text = String::from("fn f0(x) = x\n");
    for i in 1..40 {
        let _ = writeln!(text, "fn f{i}(x) = f{}(x + 1) + f{}(x + 2)", i - 1, i - 1);
    }
    text.push_str("fn g() = f39(1)\n");
    let started = Instant::now();
    let diagnostics = with_stack(move || {
        let mut host = OracleHost::default();
        Session::new().check("main.arr", &text, &mut host)
    });
    assert!(diagnostics.is_empty());
    assert!(started.elapsed().as_secs_f64() < 5.0, "{:?}", started.elapsed());
}

#[test]
fn the_user_can_stop_a_loop() {
    with_stack(|| {
        let mut host = OracleHost { patience: Some(1000), ..OracleHost::default() };
        let mut session = Session::new();
        let failed = session.run("main.arr", "while true { x = 1 }", &mut host).err();
        assert_eq!(failed.map(|f| f.exit), Some(Exit::Interrupted));
    });
}

#[test]
fn a_session_keeps_its_bindings() {
    with_stack(|| {
        let mut host = OracleHost::default();
        let mut session = Session::new();
        let mut run = |text: &str| {
            let result = session.run("main.arr", text, &mut host);
            let text = result.map(|done| session.text(&done.value, &mut host).unwrap_or_default());
            text.map_err(|failed| failed.exit)
        };
        assert_eq!(run("x = 3\nfn f(y) = x + y").as_deref(), Ok("none"));
        assert_eq!(run("f(1)").as_deref(), Ok("4"));
        assert_eq!(run("x = nope"), Err(Exit::Program));
        assert_eq!(run("x = 5\nassert false"), Err(Exit::Value));
        assert_eq!(run("sum([1, 2])").as_deref(), Ok("3"));
        assert_eq!(run("x").as_deref(), Ok("5"));
        assert_eq!(session.names(), ["f", "x"]);
        session.set("x", Value::Int(10));
        let four = session.call("f", &[Value::Int(4)], &mut host).map_err(|f| f.exit);
        assert!(matches!(four, Ok(Value::Int(14))));
    });
}

#[test]
fn memory_stays_flat_over_closures() {
    let (out, _) = run("
        fn outer(n) {
            fn inner(k) = if k == 0 { n } else { inner(k - 1) }
            inner(2)
        }
        s = 0
        for i in range(20000) { s += outer(i) }
        print(s)");
    assert_eq!(out, "199990000\n");
}

/// Stored arrays must be freed with the session, although functions keep frames alive.
#[test]
fn a_session_frees_what_it_holds() {
    let freed = with_stack(|| {
        let mut host = OracleHost::default();
        let mut session = Session::new();
        let text = "x = ones(3)\nprint(x)\nfn f() = x\nfn g() { y = x; fn h() = y; h() }\ng()";
        assert!(session.run("main.arr", text, &mut host).is_ok());
        let Some(Value::Array(x)) = session.get("x") else { panic!("x is an array") };
        let stored = std::sync::Arc::downgrade(&x.handle().expect("it was printed"));
        drop((x, session, host));
        stored.upgrade().is_none()
    });
    assert!(freed);
}

#[test]
fn the_standard_library_has_no_faults() {
    with_stack(|| {
        let mut session = Session::new();
        let faults = session.library_faults();
        assert!(faults.is_empty(), "{}", render(&session, &faults));
    });
}

#[test]
fn lowered_programs_have_a_text() {
    let (text, diagnostics) = Session::new().dump(
        "main.arr",
        "fn f(a, b=1) { c = a + b; c }\nx = [1, 2]\nfor i in range(3) { x[i:, ...] += f(i) }\nprint(f\"{x:>3}\", x.sum())",
    );
    assert!(diagnostics.is_empty());
    assert!(text.contains("fn f(%0 a, %1 b)"), "{text}");
}
