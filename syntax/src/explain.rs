//! Why a statement could not be parsed, in words for someone new to the language.
//!
//! Before: the tokens of one statement, the place where the grammar gave up, and what it would
//! have taken there. After: one diagnostic. [`RULES`] are tried in order; each knows one mistake,
//! the habits of Python, NumPy and C among them, and the last resort says what was expected.

use crate::diag::{Diagnostic, FileId, Span};
use crate::escape::show;
use crate::foreign;
use crate::token::{Spanned, Tok};

/// A place where the grammar gave up.
pub struct Failure<'a, 's> {
    /// The whole source text.
    pub source: &'s str,
    /// Its file.
    pub file: FileId,
    /// The tokens of the statement.
    pub tokens: &'a [Spanned<'s>],
    /// The token that does not fit; `tokens.len()` is the end of the statement.
    pub at: usize,
    /// The grammar's names of what would fit.
    pub expected: Vec<String>,
}

type Rule = fn(&Failure) -> Option<Diagnostic>;

/// What is tried, in order.
const RULES: &[Rule] = &[
    foreign::slash_comment,
    foreign::statement_word,
    foreign::lambda,
    foreign::infix_word,
    foreign::operator,
    foreign::decorator,
    import_form,
    colon_block,
    lone_else,
    assignment_in_condition,
    foreign::ternary,
    missing_in,
    generator,
    second_for,
    wrong_block,
    missing_block,
    foreign::annotation,
    chained_assignment,
    keyword_as_name,
    double_star,
    ellipsis,
    empty_brackets,
    unparenthesised_tuple,
    not_operand,
    fn_operand,
    argument_name,
    missing_comma,
    side_by_side,
    missing_value,
];

/// The report for a failure.
pub fn explain(failure: &Failure) -> Diagnostic {
    RULES.iter().find_map(|rule| rule(failure)).unwrap_or_else(|| unexpected(failure))
}

impl<'s> Failure<'_, 's> {
    /// The token `offset` places from the one that does not fit.
    pub fn tok(&self, offset: isize) -> Option<&Spanned<'s>> {
        self.tokens.get(self.at.checked_add_signed(offset)?)
    }

    /// The token before the one that does not fit.
    pub fn before(&self) -> Option<&Tok<'s>> {
        self.tok(-1).map(|token| &token.tok)
    }

    /// The token that does not fit.
    pub fn here(&self) -> Option<&Tok<'s>> {
        self.tok(0).map(|token| &token.tok)
    }

    /// Whether the token that does not fit is this symbol.
    pub fn here_is(&self, symbol: &str) -> bool {
        self.here().is_some_and(|tok| tok.is(symbol))
    }

    /// Whether the statement begins with this symbol.
    pub fn starts_with(&self, symbol: &str) -> bool {
        self.tokens.first().is_some_and(|token| token.tok.is(symbol))
    }

    /// The place that does not fit; behind the last token at the end.
    pub fn span(&self) -> Span {
        match (self.tok(0), self.tok(-1)) {
            (Some(Spanned { tok: Tok::Block(_), start, .. }), _) => self.range(*start, start + 1),
            (Some(token), _) => self.range(token.start, token.end),
            (None, Some(last)) => self.range(last.end, last.end),
            (None, None) => self.range(0, 0),
        }
    }

    /// The place of a token.
    pub fn span_of(&self, token: &Spanned) -> Span {
        self.range(token.start, token.end)
    }

    fn range(&self, start: u32, end: u32) -> Span {
        Span { file: self.file, start, end }
    }

    /// The text of a token, for a message.
    pub fn text(&self, token: &Spanned) -> String {
        show(&self.source[token.start as usize..token.end as usize])
    }

    /// Whether the grammar would have taken this.
    pub fn expects(&self, name: &str) -> bool {
        self.expected.iter().any(|e| e.trim_matches('"') == name)
    }

    /// Whether a value could begin here.
    pub fn expects_value(&self) -> bool {
        self.expects("int")
    }

    /// The innermost bracket that is open at the failure.
    pub fn opener(&self) -> Option<&Spanned<'s>> {
        let mut depth = 0;
        self.tokens[..self.at].iter().rev().find(|token| {
            let step = match &token.tok {
                Tok::Sym(")" | "]") | Tok::FClose => 1,
                Tok::Sym("(" | "[") | Tok::FOpen => -1,
                _ => 0,
            };
            depth += step;
            step < 0 && depth < 0
        })
    }

    /// The first token before the failure, outside all brackets, that passes a test.
    pub fn earlier(&self, test: impl Fn(&Tok) -> bool) -> Option<&Spanned<'s>> {
        let mut depth = 0;
        self.tokens[..self.at].iter().find(|token| {
            match &token.tok {
                Tok::Sym("(" | "[") | Tok::FOpen => depth += 1,
                Tok::Sym(")" | "]") | Tok::FClose => depth -= 1,
                _ => {}
            }
            depth == 0 && test(&token.tok)
        })
    }

    /// The last `if`, `while` and the like before the failure that has no block yet.
    pub fn pending_head(&self) -> Option<&Spanned<'s>> {
        let heads = ["if", "while", "for", "fn", "else"];
        let mut before = self.tokens[..self.at].iter().rev();
        before
            .by_ref()
            .take_while(|token| !matches!(token.tok, Tok::Block(_)))
            .find(|token| heads.iter().any(|head| token.tok.is(head)))
    }

    /// The block that stands where no block can, if reports from inside it are to be dropped:
    /// it was probably meant as a dictionary or a set.
    pub fn replaced_block(&self) -> Option<(u32, u32)> {
        let token = self.tok(0)?;
        let Tok::Block(_) = token.tok else { return None };
        let defines = self.starts_with("fn") || self.starts_with("if");
        (!defines && !self.tokens[..self.at].is_empty()).then_some((token.start, token.end))
    }

    /// What stands at the failure, in words.
    pub fn found(&self) -> String {
        let Some(token) = self.tok(0) else { return self.end_words().to_string() };
        match &token.tok {
            Tok::Name(_) => format!("the name {}", self.text(token)),
            Tok::Int(_) | Tok::Float(_) | Tok::Imaginary(_) => {
                format!("the number {}", self.text(token))
            }
            Tok::Str(_) | Tok::FStart => "a string".to_string(),
            Tok::FText(_) | Tok::FEnd | Tok::FSpec | Tok::FConversion(_) | Tok::FDebug(_) => {
                format!("{} of an f-string", self.text(token))
            }
            Tok::FClose => "the `}` of an f-string".to_string(),
            Tok::Block(_) => "a `{ }` block".to_string(),
            Tok::Sym(_) if token.tok.is_keyword() => format!("the keyword {}", self.text(token)),
            _ => self.text(token),
        }
    }

    fn end_words(&self) -> &'static str {
        let end = self.tokens.last().map_or(0, |token| token.end as usize);
        match self.source[end..].trim_start_matches([' ', '\t', '\r']).chars().next() {
            None => "the end of the file",
            Some('}') => "the end of the block",
            Some(';') => "`;`",
            Some(_) => "the end of the line",
        }
    }
}

fn error(code: &'static str, title: impl Into<String>, span: Span) -> Option<Diagnostic> {
    Some(Diagnostic::error(code, title, span))
}

/// `if c:` and the like.
fn colon_block(f: &Failure) -> Option<Diagnostic> {
    if !f.here_is(":") || f.opener().is_some() {
        return None;
    }
    let head = f.pending_head()?;
    let (word, span) = (f.text(head), f.span());
    let title = format!("the body of {word} stands in braces, not after a colon");
    let example = match &head.tok {
        Tok::Sym("else") => "write `else { ... }`",
        Tok::Sym("for") => "write `for x in xs { ... }`",
        Tok::Sym("while") => "write `while c { ... }`",
        Tok::Sym("fn") => "write `fn f(x) { ... }` or `fn f(x) = ...`",
        _ => "write `if c { ... }`",
    };
    error("E0016", title, span).map(|d| d.hint(example))
}

/// `else` at the start of a statement.
fn lone_else(f: &Failure) -> Option<Diagnostic> {
    if f.at != 0 || !f.here_is("else") {
        return None;
    }
    if f.tok(1).is_some_and(|next| next.tok.is(":")) {
        let title = "the body of `else` stands in braces, not after a colon";
        return error("E0016", title, f.span()).map(|d| d.hint("write `} else { ... }`"));
    }
    error("E0031", "this `else` has no `if` before it", f.span())
        .map(|d| d.hint("it follows the `}` of an `if` block: `if c { ... } else { ... }`"))
}

/// `if x = 3 {`
fn assignment_in_condition(f: &Failure) -> Option<Diagnostic> {
    if !f.here_is("=") || f.opener().is_some() {
        return None;
    }
    let word = match f.pending_head() {
        Some(head) if head.tok.is("if") || head.tok.is("while") => f.text(head),
        None if f.starts_with("assert") => "`assert`".to_string(),
        _ => return None,
    };
    let title = format!("`=` assigns; the condition of {word} needs a comparison");
    error("E0012", title, f.span()).map(|d| d.hint("to compare, write `==`"))
}

/// `sum(x for x in xs)`
fn generator(f: &Failure) -> Option<Diagnostic> {
    let opener = f.opener()?;
    if !f.here_is("for") || !opener.tok.is("(") || !f.before()?.ends_value() {
        return None;
    }
    error("E0026", "a comprehension stands in square brackets", f.span()).map(|d| {
        d.label(f.span_of(opener), "not in round ones", false).hint("write `[x*x for x in xs]`")
    })
}

/// `[x for a in b for x in a]`
fn second_for(f: &Failure) -> Option<Diagnostic> {
    let opener = f.opener()?;
    if !f.here_is("for") || !opener.tok.is("[") {
        return None;
    }
    if f.expects_value() {
        return error("E0026", "expected a value before `for`", f.span())
            .map(|d| d.hint("write `[x*x for x in xs]`"));
    }
    error("E0026", "a comprehension has one `for`", f.span())
        .map(|d| d.hint("nest two comprehensions: `[[f(a, b) for b in ys] for a in xs]`"))
}

/// A block where a value belongs: `f(a) = { ... }`, dictionaries, sets.
fn wrong_block(f: &Failure) -> Option<Diagnostic> {
    let Tok::Block(_) = f.here()? else { return None };
    let span = f.span();
    if f.at == 0 {
        return error("E0015", "this `{` does not belong to anything", span)
            .map(|d| d.hint("a block follows `if`, `else`, `for`, `while` or `fn f(x)`"));
    }
    if f.starts_with("fn") && f.before()?.is("=") {
        let title = "a function has either `= value` or a `{ ... }` block, not both";
        return error("E0015", title, span).map(|d| d.hint("remove the `=`"));
    }
    if f.expects_value() {
        return error("E0015", "expected a value but found `{`", span)
            .map(|d| d.hint("arr has no `{ }` dictionaries or sets: write `record(a=1, b=2)`"));
    }
    error("E0015", "unexpected `{`", span)
        .map(|d| d.hint("a block follows `if`, `else`, `for`, `while` or `fn f(x)`"))
}

/// `if c` without `{`.
fn missing_block(f: &Failure) -> Option<Diagnostic> {
    if !f.expects("block") {
        return None;
    }
    let ends = f.here().is_none_or(|tok| tok.begins_value() || tok.is_keyword() || tok.is("("));
    let head = f.pending_head()?;
    if !ends {
        return None;
    }
    if f.expects_value() && !f.before().is_some_and(Tok::ends_value) && !head.tok.is("else") {
        return None;
    }
    let what = match &head.tok {
        Tok::Sym("fn") => "expected `= value` or `{` after the head of this function".to_string(),
        _ => format!("expected `{{` after the head of this {}", f.text(head)),
    };
    let hint = match &head.tok {
        Tok::Sym("fn") => "write `fn f(x) = ...` or `fn f(x) { ... }`",
        Tok::Sym("else") => "write `else { ... }` or `else if c { ... }`",
        Tok::Sym("for") => "write `for x in xs { ... }`",
        Tok::Sym("while") => "write `while c { ... }`",
        _ => "write `if c { ... }`",
    };
    error("E0014", what, f.span()).map(|d| {
        d.text("`{` is missing before this place").label(f.span_of(head), "", false).hint(hint)
    })
}

/// `a = b = 3`
fn chained_assignment(f: &Failure) -> Option<Diagnostic> {
    let assigns = |tok: &Tok| tok.is("=") || matches!(tok, Tok::Update(_));
    if !assigns(f.here()?) || f.opener().is_some() {
        return None;
    }
    let first = f.earlier(assigns)?;
    error("E0011", "a statement assigns once", f.span()).map(|d| {
        d.label(f.span_of(first), "the first assignment", false)
            .hint("write two statements, or `a, b = 3, 3`")
    })
}

/// `in = 3`, `fn if(x)`, `r.from`
fn keyword_as_name(f: &Failure) -> Option<Diagnostic> {
    let token = f.tok(0)?;
    let assigned = f.tok(1).is_some_and(|next| next.tok.is("="));
    let wants_name = f.expects("name") && !f.expects_value();
    if !token.tok.is_keyword() || !(wants_name || (assigned && f.expects("name"))) {
        // The grammar has already taken the keyword when it can begin a statement.
        return keyword_assigned(f);
    }
    let title = format!("{} is a keyword and cannot be a name", f.text(token));
    error("E0027", title, f.span()).map(|d| d.hint("choose another name"))
}

fn keyword_assigned(f: &Failure) -> Option<Diagnostic> {
    let first = f.tok(-1)?;
    if f.at != 1 || !f.here_is("=") || !first.tok.is_keyword() {
        return None;
    }
    let title = format!("{} is a keyword and cannot be a name", f.text(first));
    error("E0027", title, f.span_of(first)).map(|d| d.hint("choose another name"))
}

/// Anything wrong after `import` or `from`.
fn import_form(f: &Failure) -> Option<Diagnostic> {
    let from = f.starts_with("from");
    if !(from || f.starts_with("import")) || f.at == 1 && f.here_is("=") {
        return None;
    }
    let (title, hint) = match f.here() {
        Some(Tok::Sym("*")) => (
            "names are imported one by one".to_string(),
            "write `from stats import a, b`, or `import stats` and use `stats.a`",
        ),
        Some(Tok::Sym(",")) => {
            ("one `import` names one module".to_string(), "write one line for each")
        }
        Some(Tok::Sym(".")) => (
            "a module has a plain name".to_string(),
            "for a file, write `import \"folder/tools.arr\" as tools`",
        ),
        _ => {
            let words = expected_words(f).unwrap_or_else(|| "the end of the line".to_string());
            let hint = if from {
                "write `from stats import a, b as c`"
            } else {
                "write `import stats as s`"
            };
            (format!("expected {words} but found {}", f.found()), hint)
        }
    };
    error("E0033", title, f.span()).map(|d| d.hint(hint))
}

/// `for i range(3) { }`, `[x for x]`
fn missing_in(f: &Failure) -> Option<Diagnostic> {
    if !f.expects("in") || f.expects("not") {
        return None;
    }
    let title = format!("expected `in` but found {}", f.found());
    let hint = match f.opener() {
        Some(_) => "write `[x*x for x in xs]`",
        None => "write `for x in xs { ... }`",
    };
    error("E0001", title, f.span()).map(|d| d.hint(hint))
}

/// `a + fn(x) = x`
fn fn_operand(f: &Failure) -> Option<Diagnostic> {
    let head = f.pending_head()?;
    if !f.here_is("=") || !head.tok.is("fn") || !f.expects("block") {
        return None;
    }
    let title = "`fn` needs parentheses after an operator";
    error("E0001", title, f.span_of(head)).map(|d| d.hint("write `(fn(x) = x + 1)`"))
}

/// `f(1=2)`, `f(a.b=2)`
fn argument_name(f: &Failure) -> Option<Diagnostic> {
    let opener = f.opener()?;
    if !f.here_is("=") || f.expects_value() {
        return None;
    }
    let title = "before `=` in a call stands the plain name of an argument";
    error("E0001", title, f.span()).map(|d| {
        d.label(f.span_of(opener), "in the bracket opened here", false)
            .hint("write `f(axis=0)`; to compare, write `==`")
    })
}

/// `f(**options)`
fn double_star(f: &Failure) -> Option<Diagnostic> {
    if !f.here_is("**") || !f.expects("*") || f.before().is_some_and(Tok::ends_value) {
        return None;
    }
    error("E0030", "there is no `**` spread", f.span())
        .map(|d| d.hint("name the arguments one by one: `f(a=r.a, b=r.b)`"))
}

/// `...` or `a:b` outside an index.
fn ellipsis(f: &Failure) -> Option<Diagnostic> {
    if f.here_is("...") && f.expects_value() {
        return error("E0025", "`...` only has a meaning inside an index", f.span())
            .map(|d| d.hint("write `x[..., 0]`"));
    }
    if f.here_is(":") && f.opener().is_some_and(|o| o.tok.is("[") || o.tok.is("(")) {
        return error("E0025", "a slice `a:b` can only stand in an index", f.span())
            .map(|d| d.hint("for the numbers from a to b, write `arange(a, b)`"));
    }
    None
}

/// `x[]`, `{}` in an f-string.
fn empty_brackets(f: &Failure) -> Option<Diagnostic> {
    let (before, here) = (f.before()?, f.here()?);
    if before.is("[") && here.is("]") {
        return error("E0028", "expected an index between `[` and `]`", f.span())
            .map(|d| d.hint("for everything, write `x[...]`"));
    }
    if *before == Tok::FOpen && matches!(here, Tok::FClose | Tok::FSpec | Tok::FConversion(_)) {
        return error("E0010", "expected a value between `{` and `}`", f.span())
            .map(|d| d.hint("for braces in the text, write `{{}}`"));
    }
    None
}

/// `fn f(a) = a, b`
fn unparenthesised_tuple(f: &Failure) -> Option<Diagnostic> {
    if !f.here_is(",") || f.opener().is_some() {
        return None;
    }
    error("E0001", "unexpected `,`", f.span())
        .map(|d| d.hint("a tuple here needs parentheses: `(a, b)`"))
}

/// `a == not b`
fn not_operand(f: &Failure) -> Option<Diagnostic> {
    if !f.here_is("not") || !f.expects_value() {
        return None;
    }
    let title = "`not` needs parentheses after an operator";
    error("E0001", title, f.span()).map(|d| d.hint("write `a == (not b)`"))
}

/// Inside brackets: a value after a value.
fn missing_comma(f: &Failure) -> Option<Diagnostic> {
    let (opener, before) = (f.opener()?, f.before()?);
    if opener.tok == Tok::FOpen {
        return None;
    }
    let closing = if opener.tok.is("(") { ")" } else { "]" };
    if !before.ends_value() || f.expects_value() {
        return None;
    }
    let title = format!("expected `,` or `{closing}` but found {}", f.found());
    let opened = f.span_of(opener);
    let diagnostic = Diagnostic::error("E0001", title, f.span());
    Some(side_hint(f, diagnostic.label(opened, "in the bracket opened here", false)))
}

/// Outside brackets: a value after a value.
fn side_by_side(f: &Failure) -> Option<Diagnostic> {
    if !f.before()?.ends_value() || !f.here()?.begins_value() || f.expects_value() {
        return None;
    }
    if !f.expects("+") {
        return None;
    }
    let end = if f.opener().is_some() { "`}`" } else { "the end of the line" };
    let title = format!("expected an operator or {end} but found {}", f.found());
    Some(side_hint(f, Diagnostic::error("E0021", title, f.span())))
}

/// What two values side by side may have been meant as.
fn side_hint(f: &Failure, diagnostic: Diagnostic) -> Diagnostic {
    let (Some(before), Some(here)) = (f.tok(-1), f.tok(0)) else { return diagnostic };
    let call = f.opener().is_none() && f.at == 1;
    match (&before.tok, &here.tok) {
        (Tok::Name("print" | "help" | "assert"), _) | (Tok::Name(_), Tok::Str(_) | Tok::FStart)
            if call =>
        {
            diagnostic
                .hint(format!("to call it, write `{}(...)`", f.text(before).trim_matches('`')))
        }
        (Tok::Str(_) | Tok::FEnd, Tok::Str(_) | Tok::FStart) => {
            diagnostic.hint("to join two strings, write `+` between them")
        }
        (_, Tok::Float(_)) if f.text(here).starts_with("`.") => {
            diagnostic.hint("an element is written `x[3]`")
        }
        (Tok::Name(_), Tok::Name(name)) if f.tok(1).is_some_and(|t| t.tok == Tok::Sym("=")) => {
            diagnostic.hint(format!("a name is bound without a type: `{name} = ...`"))
        }
        (Tok::Int(_) | Tok::Float(_), Tok::Name(_) | Tok::Sym("(")) => {
            diagnostic.hint("for a product, write `*`")
        }
        _ => diagnostic,
    }
}

/// `x = a +`, `x =`, `f(a, =`
fn missing_value(f: &Failure) -> Option<Diagnostic> {
    if !f.expects_value() || f.here().is_some_and(Tok::begins_value) {
        return None;
    }
    let before = f.tok(-1)?;
    let found = f.found();
    let title = format!("expected a value after {} but found {found}", f.text(before));
    let diagnostic = Diagnostic::error("E0028", title, f.span());
    let ends = f.here().is_none() && before.tok.is_infix();
    Some(if ends {
        diagnostic.hint("to go on with the next line, put the whole expression in parentheses")
    } else {
        diagnostic
    })
}

/// The last resort.
fn unexpected(f: &Failure) -> Diagnostic {
    let found = f.found();
    let title = match expected_words(f) {
        Some(words) => format!("expected {words} but found {found}"),
        None => format!("unexpected {found}"),
    };
    let diagnostic = Diagnostic::error("E0001", title, f.span());
    match f.opener() {
        Some(opener) => diagnostic.label(f.span_of(opener), "in the bracket opened here", false),
        None => diagnostic,
    }
}

/// What the grammar expected, when it can be said in a few words.
fn expected_words(f: &Failure) -> Option<String> {
    if f.expects_value() {
        return Some(if f.at == 0 { "a statement" } else { "a value" }.to_string());
    }
    let words: Vec<String> = f
        .expected
        .iter()
        .map(|name| match name.trim_matches('"') {
            "name" => "a name".to_string(),
            "block" => "`{`".to_string(),
            "string" => "a string".to_string(),
            "int" => "a number".to_string(),
            other => format!("`{other}`"),
        })
        .collect();
    match words.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        [first @ .., last] if words.len() <= 4 => Some(format!("{} or {last}", first.join(", "))),
        _ => Some("an operator or the end of the line".to_string()),
    }
}
