//! Whatever the text, parsing returns: no panic, places inside the text, bounded work.

use std::path::Path;
use std::time::{Duration, Instant};

use arr_syntax::ast::{ExprKind, StmtKind};
use arr_syntax::{FileId, highlight, is_complete, parse, print};

fn sources() -> Vec<String> {
    let mut sources = vec![];
    for folder in ["ast", "errors"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "arr") {
                sources.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }
    sources.sort();
    sources
}

/// Parses, dumps and colours a text, and checks what must hold for every one.
fn check(source: &str) {
    let (ast, diagnostics) = parse(source, FileId(3));
    let inside =
        |start: u32, end: u32| start <= end && source.get(start as usize..end as usize).is_some();
    for diagnostic in &diagnostics {
        for label in &diagnostic.labels {
            assert!(label.span.file == FileId(3), "{diagnostic:?} in {source:?}");
            assert!(inside(label.span.start, label.span.end), "{diagnostic:?} in {source:?}");
        }
        assert!(arr_syntax::codes::explain(diagnostic.code).is_some(), "{}", diagnostic.code);
        let text = format!("{} {:?}", diagnostic.title, diagnostic.hints);
        assert!(text.len() < 4096 && !text.chars().any(char::is_control), "{text:?}");
    }
    for expr in &ast.exprs {
        assert!(inside(expr.span.start, expr.span.end), "{expr:?} in {source:?}");
    }
    let bad = ast.stmts.iter().any(|stmt| matches!(stmt.kind, StmtKind::Bad));
    assert!(!bad || !diagnostics.is_empty(), "{source:?}");
    print::dump(&ast);
    is_complete(source);
    let mut end = 0;
    for (range, _) in highlight(source) {
        assert!(
            range.start >= end && source.get(range.clone()).is_some(),
            "{range:?} in {source:?}"
        );
        end = range.end;
    }
}

#[test]
fn every_prefix() {
    for source in sources() {
        for end in (0..=source.len()).filter(|end| source.is_char_boundary(*end)) {
            check(&source[..end]);
        }
    }
}

#[test]
fn every_suffix_at_a_line() {
    for source in sources() {
        for (place, _) in source.match_indices('\n') {
            check(&source[place..]);
        }
    }
}

/// A small generator: the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % limit
    }
}

#[test]
fn mutations() {
    const PIECES: &[&str] = &[
        "(", ")", "[", "]", "{", "}", "\"", "'", "f\"", "\"\"\"", "\n", ";", ":", "=", ",", ".",
        "+", "**", "if ", "else ", "fn ", "for ", " in ", "not ", "\\", "#", "##", "\0", "é", "1e",
        "0x", "!", "...", "*", "import ", "return ", "\r", "{{", "}}", "\u{202e}", "lambda ", "j",
    ];
    let sources: Vec<String> = sources().into_iter().filter(|s| s.len() < 3000).collect();
    let mut random = Random(42);
    for _ in 0..4000 {
        let source = &sources[random.below(sources.len())];
        let mut bytes = source.clone().into_bytes();
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len() + 1);
            match random.below(3) {
                0 => {
                    let piece = PIECES[random.below(PIECES.len())].bytes();
                    bytes.splice(at..at, piece);
                }
                1 => {
                    let to = (at + random.below(8)).min(bytes.len());
                    bytes.drain(at..to);
                }
                _ if at < bytes.len() => bytes[at] = random.below(256) as u8,
                _ => {}
            }
        }
        check(&String::from_utf8_lossy(&bytes));
    }
}

fn timed(name: &str, source: &str) -> arr_syntax::Ast {
    let start = Instant::now();
    let (ast, _) = parse(source, FileId(0));
    print::dump(&ast);
    is_complete(source);
    assert!(start.elapsed() < Duration::from_secs(20), "{name}: {:?}", start.elapsed());
    eprintln!("{name}: {:?}", start.elapsed());
    ast
}

#[test]
fn long_chains_and_files() {
    let n = 200_000;
    let ast = timed("sum", &format!("x = 1{}", "+1".repeat(n)));
    assert!(!ast.exprs.iter().any(|e| matches!(e.kind, ExprKind::Error)));
    let ast = timed("methods", &format!("x{}", ".f(1)".repeat(n)));
    assert!(!ast.exprs.iter().any(|e| matches!(e.kind, ExprKind::Error)));
    timed("lines", &"x = f(a, b=1) + \"text\"\n".repeat(100_000));
    timed("powers", &format!("x = 1{}", "**1".repeat(n)));
    timed("unary", &format!("x = {}1", "-".repeat(n)));
    timed("else if", &format!("if a {{ }}{}", " else if a { }".repeat(50_000)));
    timed("blocks", &"if a { b }\n".repeat(50_000));
    timed("elements", &format!("x = [{}]", "1, ".repeat(n)));
    timed("arguments", &format!("f({})", "a=1, ".repeat(n)));
    timed("fields", &format!("f\"{}\"", "{a:>3}".repeat(50_000)));
}

#[test]
fn long_wrong_texts() {
    let n = 100_000;
    for piece in [
        "(",
        ")",
        "[",
        "{",
        "}",
        "\"",
        "f\"{",
        "x = \n",
        "f(\n",
        "(\n",
        "f(a\n",
        "1 2\n",
        "= ",
        "a = ",
        "if x:\n",
        "else ",
        "a < ",
        ", ",
        "\u{1}",
        "?",
        "fn f(",
        "## d\n",
        "x = (1\n}\n",
        ";",
        "not ",
        "[x for ",
        "f(;",
        "0x",
        "{ ",
        "{}",
        "a\n.",
        "x\n\n\n",
        "lambda ",
        "if a { ",
        "r.",
        "'\\",
        "f'{a:{",
        "x = {a b}\n",
        "x = 1 \\\n",
    ] {
        timed(&format!("{piece:?}"), &piece.repeat(n));
    }
}

#[test]
fn deep_nesting_is_an_error() {
    for source in [
        "(".repeat(100_000),
        "[".repeat(300) + &"]".repeat(300),
        "if a { ".repeat(1000),
        "f\"{".repeat(1000),
        "f(-".repeat(200) + "1" + &")".repeat(200),
        "x = ".to_string() + &"fn(x) = ".repeat(1000) + "1",
    ] {
        let (ast, diagnostics) = parse(&source, FileId(0));
        assert!(diagnostics.iter().any(|d| d.code == "E0009"), "{}", &source[..20]);
        print::dump(&ast);
    }
}

#[test]
fn completeness() {
    for source in [
        "",
        "x",
        "x = 1\n",
        "f(1)",
        "if c { }",
        "x = \"a\"",
        "# (",
        "x = \"(\"",
        "x)",
        "f\"{x\"",
        "x = 'a",
        "f\"{x",
        "fn f(x) = x",
        "f(x[0)",
        "x = f(1]",
    ] {
        assert!(is_complete(source), "{source:?} is complete");
    }
    for source in [
        "f(",
        "f(a,\n",
        "[1, 2",
        "if c {",
        "if c {\n  f(1)\n",
        "\"\"\"a\nb",
        "f\"\"\"{x",
        "x = 1 +",
        "a and",
        "not",
        "if c { } else",
        "x = 1 + # comment",
        "fn f(x) {\n",
        "a in\n",
    ] {
        assert!(!is_complete(source), "{source:?} is not complete");
    }
}

#[test]
fn colours() {
    use arr_syntax::TokenClass::*;
    let source = "fn f(x) = \"a\" + f\"b{x:.2f}\" # c\ny.g(1) & ? é";
    let pieces: Vec<_> = highlight(source).into_iter().map(|(r, c)| (&source[r], c)).collect();
    let expected = vec![
        ("fn", Keyword),
        ("f", Function),
        ("(", Operator),
        ("x", Name),
        (")", Operator),
        ("=", Operator),
        ("\"a\"", String),
        ("+", Operator),
        ("f\"", String),
        ("b", String),
        ("{", Operator),
        ("x", Name),
        (":", Operator),
        (".2f", String),
        ("}", Operator),
        ("\"", String),
        ("# c", Comment),
        ("y", Name),
        (".", Operator),
        ("g", Function),
        ("(", Operator),
        ("1", Number),
        (")", Operator),
        ("&", Operator),
        ("?", Error),
        ("é", Name),
    ];
    assert_eq!(pieces, expected);
}
