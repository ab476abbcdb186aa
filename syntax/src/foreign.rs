//! Spellings of other languages, and how arr says the same.
//!
//! Rules of [`crate::explain`]: each looks at a place where the grammar gave up.

use crate::diag::Diagnostic;
use crate::explain::Failure;
use crate::token::{Spanned, Tok};

/// Words that begin a statement elsewhere, and what to write.
const STATEMENT_WORDS: &[(&str, &str)] = &[
    ("async", "arr finds what can run in parallel by itself: leave the word out"),
    ("await", "arr waits for a value when it is needed: leave the word out"),
    ("case", "write `if c { ... } else if d { ... }`"),
    ("class", "arr has no classes: use `record(a=1, b=2)` and functions"),
    ("const", "a name needs no declaration: write `x = 1`"),
    ("def", "write `fn f(x) { ... }` or `fn f(x) = ...`"),
    ("del", "names need not be deleted: leave the line out"),
    ("do", "write `while c { ... }`"),
    ("elif", "write `} else if c { ... }`"),
    ("elseif", "write `} else if c { ... }`"),
    ("elsif", "write `} else if c { ... }`"),
    ("except", "arr has no exceptions: check first with `if`, or use `assert`"),
    ("finally", "arr has no exceptions: check first with `if`, or use `assert`"),
    ("foreach", "write `for x in xs { ... }`"),
    ("func", "write `fn f(x) { ... }` or `fn f(x) = ...`"),
    ("function", "write `fn f(x) { ... }` or `fn f(x) = ...`"),
    ("global", "a function gives its result back with `return`; it cannot assign to outer names"),
    ("let", "a name needs no declaration: write `x = 1`"),
    ("match", "write `if c { ... } else if d { ... }`"),
    ("nonlocal", "a function gives its result back with `return`; it cannot assign to outer names"),
    ("raise", "write `assert c, \"message\"`"),
    ("switch", "write `if c { ... } else if d { ... }`"),
    ("throw", "write `assert c, \"message\"`"),
    ("try", "arr has no exceptions: check first with `if`, or use `assert`"),
    ("unless", "write `if not c { ... }`"),
    ("until", "write `while not c { ... }`"),
    ("use", "write `import stats`"),
    ("using", "write `import stats`"),
    ("var", "a name needs no declaration: write `x = 1`"),
    ("with", "files are closed by themselves: leave the `with` out"),
    ("yield", "build an array with `[f(x) for x in xs]`"),
];

/// Words between two values elsewhere, and what to write.
const INFIX_WORDS: &[(&str, &str)] = &[
    ("contains", "write `a in b`"),
    ("div", "write `a // b`"),
    ("elif", "write `} else if c { ... }`"),
    ("elseif", "write `} else if c { ... }`"),
    ("elsif", "write `} else if c { ... }`"),
    ("is", "write `==`, or `!=` for `is not`"),
    ("mod", "write `a % b`"),
    ("then", "write `if c { ... }`"),
    ("where", "write `[e for x in xs if c]`, or `x[mask]` for an array"),
    ("xor", "write `^`"),
];

fn lookup(
    table: &[(&'static str, &'static str)],
    tok: &Tok,
) -> Option<(&'static str, &'static str)> {
    let Tok::Name(name) = tok else { return None };
    let index = table.binary_search_by_key(name, |(word, _)| word).ok()?;
    Some(table[index])
}

fn word(f: &Failure, token: &Spanned, (word, hint): (&str, &str)) -> Option<Diagnostic> {
    let title = format!("`{word}` has no meaning in arr");
    Some(Diagnostic::error("E0019", title, f.span_of(token)).hint(hint))
}

/// `def f(x):`, `let x = 1`, `try:`
pub fn statement_word(f: &Failure) -> Option<Diagnostic> {
    let first = f.tokens.first()?;
    let entry = lookup(STATEMENT_WORDS, &first.tok)?;
    let adjacent = f.at == 1 && !f.here().is_some_and(|tok| tok.is("="));
    // `elif (c) {` and `switch (x) {` look like calls until the block.
    let called = f.tokens.get(1).is_some_and(|next| next.tok.is("("))
        && matches!(f.here(), Some(Tok::Block(_) | Tok::Sym(":")));
    if adjacent || called { word(f, first, entry) } else { None }
}

/// `lambda x: x + 1`
pub fn lambda(f: &Failure) -> Option<Diagnostic> {
    let is_lambda = |token: &&Spanned| token.tok == Tok::Name("lambda");
    let token = f.tok(-1).filter(is_lambda)?;
    let title = "`lambda` has no meaning in arr";
    Some(Diagnostic::error("E0019", title, f.span_of(token)).hint("write `fn(x) = x + 1`"))
}

/// `a is b`, `if c then`, `} elif c {`
pub fn infix_word(f: &Failure) -> Option<Diagnostic> {
    let token = f.tok(0)?;
    let entry = lookup(INFIX_WORDS, &token.tok)?;
    if f.at == 0 { None } else { word(f, token, entry) }
}

/// `// comment`, `/* comment */`
pub fn slash_comment(f: &Failure) -> Option<Diagnostic> {
    let slashes = f.tok(0).filter(|token| token.tok.is("//") || token.tok.is("/"))?;
    let starred =
        slashes.tok.is("/") && f.tok(1).is_some_and(|next| next.tok.is("*") || next.tok.is("**"));
    if f.at != 0 || !(slashes.tok.is("//") || starred) {
        return None;
    }
    Some(Diagnostic::error("E0020", "a comment starts with `#`", f.span()))
}

/// The texts of two symbols without a space between them.
fn pair<'s>(first: &Spanned<'s>, second: &Spanned<'s>) -> Option<(&'s str, &'s str)> {
    match (&first.tok, &second.tok) {
        (Tok::Sym(a), Tok::Sym(b)) if first.end == second.start => Some((*a, *b)),
        _ => None,
    }
}

/// `x++`, `x => y`, `x := y`, `a <> b`, `a === b`
pub fn operator(f: &Failure) -> Option<Diagnostic> {
    let known = |start: isize| -> Option<Diagnostic> {
        let (first, second) = (f.tok(start)?, f.tok(start + 1)?);
        let (a, b) = pair(first, second)?;
        let span = f.span_of(first).to(f.span_of(second));
        let ends = f.here().is_none();
        let hint = match (a, b) {
            ("+", "+") if ends => "write `x += 1`",
            ("-", "-") if ends => "write `x -= 1`",
            ("=", ">") => "a function is written `fn(x) = x + 1`",
            (":", "=") => "write `=`, as a statement of its own",
            ("<", ">") => "write `!=`",
            ("==" | "!=", "=") => "write `==` or `!=`",
            ("=", "<" | "==") => "write `<=` or `==`",
            ("|", ">") => "call the function: `f(x)` or `x.f()`",
            _ => return None,
        };
        let title = format!("`{a}{b}` has no meaning in arr");
        Some(Diagnostic::error("E0020", title, span).hint(hint))
    };
    known(-2).filter(|_| f.here().is_none()).or_else(|| known(-1)).or_else(|| known(0))
}

/// `a if c else b`
pub fn ternary(f: &Failure) -> Option<Diagnostic> {
    let is_if = f.here().is_some_and(|tok| tok.is("if"));
    if !is_if || !f.before()?.ends_value() {
        return None;
    }
    let has_else = f.tokens[f.at..].iter().any(|token| token.tok.is("else"));
    let title = "an `if` cannot follow a value";
    let hint = if has_else {
        "a choice is written `if c { a } else { b }`; for arrays, `where(c, a, b)`"
    } else {
        "write `if c { ... }` around the statement"
    };
    Some(Diagnostic::error("E0020", title, f.span()).hint(hint))
}

/// `@jit` above a function.
pub fn decorator(f: &Failure) -> Option<Diagnostic> {
    let at_sign = f.here().is_some_and(|tok| tok.is("@"));
    if f.at != 0 || !at_sign {
        return None;
    }
    let title = "there are no decorators in arr";
    let hint = "leave the line out: functions are compiled without being asked";
    Some(Diagnostic::error("E0020", title, f.span()).hint(hint))
}

/// `x: int = 3`
pub fn annotation(f: &Failure) -> Option<Diagnostic> {
    let colon = f.here().is_some_and(|tok| tok.is(":"));
    if !colon || f.opener().is_some() {
        return None;
    }
    if f.starts_with("param") {
        let title = "a `param` takes its type from its default";
        let hint = "write `param n = 30` or `param x = 1.5`";
        return Some(Diagnostic::error("E0020", title, f.span()).hint(hint));
    }
    if f.earlier(|tok| tok.is("=")).is_some() {
        let title = "a slice `a:b` can only stand in an index";
        let hint = "for the numbers from a to b, write `arange(a, b)`";
        return Some(Diagnostic::error("E0025", title, f.span()).hint(hint));
    }
    let title = "unexpected `:`";
    let diagnostic = Diagnostic::error("E0020", title, f.span());
    Some(match f.before() {
        Some(Tok::Name(_)) => {
            diagnostic.hint("only the parameters of a function have a type: write `x = ...` here")
        }
        _ => diagnostic.hint("a block stands in braces: `{ ... }`"),
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn tables_are_sorted() {
        assert!(super::STATEMENT_WORDS.is_sorted());
        assert!(super::INFIX_WORDS.is_sorted());
    }
}
