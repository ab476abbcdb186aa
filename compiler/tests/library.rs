//! Every function of the language and of the standard library: its examples print what they say.

mod common;

use arr_compiler::builtins::{ALIASES, BUILTINS};
use arr_compiler::session::Session;
use common::{OracleHost, render, with_stack};

/// What a program prints, or the messages.
fn printed(program: &str) -> String {
    let mut host = OracleHost::default();
    host.files.insert("x.npy".into(), common::counting(&[3], arr_ir::dtype::DType::I64));
    let mut session = Session::new();
    let result = session.run("example.arr", program, &mut host);
    let mut out = host.output;
    match result {
        Ok(done) => out.push_str(&render(&session, &done.warnings)),
        Err(failed) => out.push_str(&render(&session, &failed.diagnostics)),
    }
    out.trim_end().to_string()
}

/// An expression as a program that prints it.
fn shown(expression: &str) -> String {
    let own = ["print(", "save(", "help(", "fn "];
    match own.iter().any(|word| expression.starts_with(word)) {
        true => expression.to_string(),
        false => format!("print({expression})"),
    }
}

fn check(wrong: &mut Vec<String>, what: &str, expression: &str, expected: &str) {
    let got = printed(&shown(expression));
    if got != expected {
        wrong.push(format!("{what}: {expression}\n  expected {expected}\n  got      {got}"));
    }
}

#[test]
fn examples_of_builtins() {
    with_stack(|| {
        let mut wrong = vec![];
        for b in BUILTINS.iter() {
            check(&mut wrong, b.name, b.example.0, b.example.1);
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn examples_of_the_standard_library() {
    with_stack(|| {
        let mut wrong = vec![];
        for (module, text) in arr_stdlib::MODULES {
            let mut lines = text.lines().peekable();
            while let Some(line) = lines.next() {
                let Some(expression) = line.strip_prefix("## >>> ") else { continue };
                let mut expected = vec![];
                while let Some(more) =
                    lines.next_if(|l| l.starts_with("## ") && !l.starts_with("## >>>"))
                {
                    expected.push(&more[3..]);
                }
                check(&mut wrong, module, expression, &expected.join("\n"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn examples_of_help_topics() {
    with_stack(|| {
        let mut wrong = vec![];
        for topic in arr_compiler::builtins::topics::TOPICS {
            let (mut program, mut expected) = (String::new(), vec![]);
            let examples = topic.text.lines().skip_while(|l| !l.starts_with(">>>"));
            for line in examples.filter(|l| !l.is_empty()) {
                match line.strip_prefix(">>> ") {
                    Some(code) => {
                        let (before, last) = code.rsplit_once("; ").unwrap_or(("", code));
                        let last = if code.contains('}') { code } else { last };
                        let before = if code.contains('}') { "" } else { before };
                        program += &format!("{before}\n{}\n", shown(last));
                    }
                    None => expected.push(line),
                }
            }
            let got = printed(&program);
            if got != expected.join("\n") {
                wrong.push(format!("{}:\n{program}\ngives\n{got}", topic.name));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn aliases_mean_functions() {
    for (alias, target) in ALIASES {
        let found = arr_compiler::builtins::builtin(alias).expect(alias);
        assert_eq!(found.name, *target);
    }
}

#[test]
fn the_standard_library_is_read_without_complaint() {
    with_stack(|| {
        let world = arr_compiler::eval::World::default();
        for (name, _) in arr_stdlib::MODULES {
            assert!(world.library_module(name).is_some(), "{name}");
        }
        let faults: Vec<String> =
            world.library_faults().iter().map(|d| format!("{}: {}", d.code, d.title)).collect();
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    });
}

/// `tests/numpy/library.txt`: some definitions, then expressions with the text NumPy prints.
#[test]
fn numpy_prints_the_same() {
    with_stack(|| {
        let text = include_str!("../../tests/numpy/library.txt");
        let mut parts = text.split("#### ");
        let setup = parts.next().unwrap_or_default();
        let mut wrong = vec![];
        for case in parts {
            let (expression, expected) = case.split_once('\n').expect("an expression and a text");
            let got = printed(&format!("{setup}print({expression})"));
            if got != expected.trim_end() {
                wrong.push(format!("{expression}\n--- NumPy\n{expected}--- arr\n{got}"));
            }
        }
        assert!(text.matches("#### ").count() > 250);
        assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
    });
}

/// Types that the checker must know before anything runs, of expressions over a file of
/// float64[3, 4].
#[test]
fn types_are_inferred_before_the_run() {
    let cases = [
        ("mean(x, axis=0)", "float64[4]"),
        ("var(x, axis=1, keepdims=true)", "float64[3, 1]"),
        ("std(x)", "float64[]"),
        ("argmax(x, axis=0)", "int64[4]"),
        ("argmin(x)", "int64[]"),
        ("average(x, axis=1, weights=[1, 2, 3, 4])", "float64[3]"),
        ("diff(x)", "float64[3, 3]"),
        ("diff(x, n=2, axis=0)", "float64[1, 4]"),
        ("softmax(x)", "float64[3, 4]"),
        ("logsumexp(x, axis=0)", "float64[4]"),
        ("eye(3, 5)", "float64[3, 5]"),
        ("linspace(0, 1, 9)", "float64[9]"),
        ("diag(x[0], k=1)", "float64[5, 5]"),
        ("tensordot(x, x.T, axes=1)", "float64[3, 3]"),
        ("kron(x, x)", "float64[9, 16]"),
        ("norm(x, axis=1)", "float64[3]"),
        ("clip(x, 0, 1)", "float64[3, 4]"),
        ("isclose(x, x)", "bool[3, 4]"),
        ("trapezoid(x)", "float64[3]"),
        ("nanmean(x, axis=0)", "float64[4]"),
        ("dot(x, x[0])", "float64[3]"),
        ("outer(x, x)", "float64[12, 12]"),
        ("roll(x, 1, axis=0)", "float64[3, 4]"),
        ("tile(x, (2, 1))", "float64[6, 4]"),
        ("concat([x, x[:1]])", "float64[4, 4]"),
        ("x.reshape(2, -1)", "float64[2, 6]"),
        ("stats.cov(x)", "float64[3, 3]"),
        ("stats.moving_average(x, 2)", "float64[2, 4]"),
        ("climate.anomaly(x, 3)", "float64[3, 4]"),
        ("image.gaussian_blur(x, 0.5)", "float64[3, 4]"),
        ("image.sobel(x)", "float64[3, 4]"),
        ("finance.black_scholes(x, 1.0, 1.0, 0.1, 0.2).put", "float64[3, 4]"),
    ];
    with_stack(move || {
        let mut wrong = vec![];
        for (expression, expected) in cases {
            let mut host = OracleHost::default();
            let file = common::counting(&[3, 4], arr_ir::dtype::DType::F64);
            host.files.insert("x.npy".into(), file);
            let mut session = Session::new();
            let program = format!(
                "print(\"ran\")\nx = load(\"x.npy\")\ny = {expression}\nreshape(y, (7, 11, 13))"
            );
            let got = match session.run("types.arr", &program, &mut host) {
                Ok(_) => "no error".into(),
                Err(failed) => render(&session, &failed.diagnostics),
            };
            if !got.contains(&format!(" {expected}\n")) || host.output.contains("ran") {
                wrong.push(format!("{expression}: {expected}, but\n{}{got}", host.output));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}
