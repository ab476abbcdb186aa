//! Text to tokens: brackets, newlines, strings and f-strings understood.
//!
//! Before: source text. After: a flat list of tokens in which newlines appear only where they end
//! a statement, `{` and `}` of blocks are balanced (a missing `}` excepted, which is reported),
//! brackets nest at most [`MAX_NESTING`] deep, and every lexical mistake has been reported. A
//! [`Tok::Error`] marks such a place, so that the parser does not report it again.
//!
//! A bracket that is never closed would swallow the rest of the file. So the text is read twice
//! when that happens: the second time such a bracket ends with its line.

use std::ops::Range;

use logos::Logos;

use crate::diag::{Diagnostic, FileId, Span};
use crate::escape::show_char;
use crate::number::{self, NumberError};
use crate::text::Quote;
use crate::token::{KEYWORDS, Raw, Spanned, Tok, update_op};

mod strings;

/// How deep brackets, blocks and f-string fields may nest together.
pub const MAX_NESTING: usize = 256;

/// What the lexer found.
#[derive(Default)]
pub struct Lexed<'s> {
    /// The tokens.
    pub tokens: Vec<Spanned<'s>>,
    /// The comments, doc comments included.
    pub comments: Vec<Range<u32>>,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether a bracket, block or triple-quoted string is still open at the end.
    pub open: bool,
    /// Where the brackets begin that are never closed.
    unclosed: Vec<u32>,
}

/// Reads a whole source text.
pub fn lex(source: &str, file: FileId) -> Lexed<'_> {
    let mut first = Lexer::new(source, file, vec![]).run();
    if first.unclosed.is_empty() {
        return first;
    }
    first.unclosed.sort_unstable();
    let second = Lexer::new(source, file, first.unclosed).run();
    Lexed { open: first.open, ..second }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum OpenKind {
    Paren,
    Square,
    Brace,
    /// The text of an f-string.
    Format(Quote),
    /// Between `{` and `}` or `:` of an f-string.
    Field(Quote),
    /// Between `:` and `}` of an f-string field.
    Spec(Quote),
}

#[derive(Clone, Copy)]
struct Open {
    kind: OpenKind,
    start: u32,
    /// How far the line it stands on is indented.
    indent: u32,
}

struct Lexer<'s> {
    source: &'s str,
    file: FileId,
    raw: logos::Lexer<'s, Raw>,
    /// Openers to be closed at the end of their line; sorted.
    close_early: Vec<u32>,
    stack: Vec<Open>,
    line_start: u32,
    line_indent: u32,
    /// An opener whose closing brace stands too far left.
    suspect: Option<u32>,
    /// The bracket in which a `;` was reported last.
    semicolon_in: Option<u32>,
    stopped: bool,
    out: Lexed<'s>,
}

impl<'s> Lexer<'s> {
    fn new(source: &'s str, file: FileId, close_early: Vec<u32>) -> Self {
        let mut raw = Raw::lexer(source);
        if source.starts_with('\u{feff}') {
            raw.bump('\u{feff}'.len_utf8());
        }
        let mut lexer = Lexer {
            source,
            file,
            raw,
            close_early,
            stack: vec![],
            line_start: 0,
            line_indent: 0,
            suspect: None,
            semicolon_in: None,
            stopped: false,
            out: Lexed::default(),
        };
        lexer.begin_line(0);
        lexer
    }

    fn run(mut self) -> Lexed<'s> {
        while !self.stopped
            && let Some(raw) = self.raw.next()
        {
            let (start, end) = (self.raw.span().start as u32, self.raw.span().end as u32);
            match raw {
                Ok(raw) => self.token(raw, start, end),
                Err(()) => self.bad_character(start, end),
            }
        }
        self.finish();
        self.out.tokens = join_lines(std::mem::take(&mut self.out.tokens), self.source);
        self.out
    }

    fn token(&mut self, raw: Raw, start: u32, end: u32) {
        let text = &self.source[start as usize..end as usize];
        match raw {
            Raw::Newline => self.newline(start, end),
            Raw::Continuation => self.continuation(start, end),
            Raw::Comment => self.comment(text, start),
            Raw::Name => self.name(text, start, end),
            Raw::Int => self.number(number::int(text).map(Tok::Int), start, end),
            Raw::Float => self.number(number::float(text).map(Tok::Float), start, end),
            Raw::Imaginary => {
                let value = number::float(&text[..text.len() - 1]);
                self.number(value.map(Tok::Imaginary), start, end);
            }
            Raw::BadNumber => self.bad_number(text, start, end),
            Raw::Quote => self.string(Quote::parse(text), start),
            Raw::Symbol => self.symbol(text, start, end),
        }
    }

    fn span(&self, start: u32, end: u32) -> Span {
        Span { file: self.file, start, end }
    }

    fn push(&mut self, tok: Tok<'s>, start: u32, end: u32) {
        self.out.tokens.push(Spanned { tok, start, end });
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.out.diagnostics.push(diagnostic);
    }

    fn error(&mut self, diagnostic: Diagnostic) {
        let span = diagnostic.labels[0].span;
        self.report(diagnostic);
        self.push(Tok::Error, span.start, span.end);
    }

    fn position(&self) -> u32 {
        self.raw.span().end as u32
    }

    fn top(&self) -> Option<OpenKind> {
        self.stack.last().map(|open| open.kind)
    }

    fn open(&mut self, kind: OpenKind, start: u32, end: u32) {
        if self.stack.len() < MAX_NESTING {
            return self.stack.push(Open { kind, start, indent: self.line_indent });
        }
        let title = format!("brackets are nested more than {MAX_NESTING} deep");
        let hint = "give the inner parts names of their own, or build the value in a loop";
        self.error(Diagnostic::error("E0009", title, self.span(start, end)).hint(hint));
        self.stack.clear();
        self.stopped = true;
    }

    // Lines.

    fn begin_line(&mut self, start: u32) {
        let rest = &self.source[start as usize..];
        self.line_start = start;
        self.line_indent = (rest.len() - rest.trim_start_matches([' ', '\t']).len()) as u32;
    }

    fn newline(&mut self, start: u32, end: u32) {
        self.unclosed_field(start);
        self.end_of_line(start);
        self.begin_line(end);
        let counts = matches!(self.top(), None | Some(OpenKind::Brace));
        let last = self.out.tokens.last().map(|token| &token.tok);
        let needed = !matches!(last, None | Some(Tok::Newline | Tok::Doc(_)));
        if counts && needed && !last.is_some_and(|tok| tok.is("{")) {
            self.push(Tok::Newline, start, end);
        }
    }

    fn continuation(&mut self, start: u32, end: u32) {
        let place = self.span(start, start + 1);
        self.begin_line(end);
        self.report(
            Diagnostic::error("E0020", "a line is not continued with a backslash", place)
                .hint("put the whole expression in parentheses: newlines inside them do not count"),
        );
    }

    fn comment(&mut self, text: &'s str, start: u32) {
        let trimmed = text.trim_end();
        let end = start + trimmed.len() as u32;
        self.out.comments.push(start..end);
        let is_doc = trimmed.starts_with("##") && !trimmed.starts_with("###");
        let may_begin = match self.out.tokens.last().map(|token| &token.tok) {
            None | Some(Tok::Newline | Tok::Doc(_)) => true,
            Some(tok) => tok.is("{") || tok.is("}") || tok.is(";"),
        };
        if is_doc && may_begin && matches!(self.top(), None | Some(OpenKind::Brace)) {
            self.push(Tok::Doc(&trimmed[2..]), start, end);
        }
    }

    /// Closes the brackets that a first reading found never closed.
    fn end_of_line(&mut self, at: u32) {
        let last = self.out.tokens.last();
        let goes_on = |tok: &Tok| tok.is(",") || tok.is("(") || tok.is("[") || tok.is_infix();
        if last.is_some_and(|token| goes_on(&token.tok)) && at < self.source.len() as u32 {
            return;
        }
        let mut reported = false;
        while let Some(&Open { kind, start, .. }) = self.stack.last() {
            let early = matches!(kind, OpenKind::Paren | OpenKind::Square);
            if !early || self.close_early.binary_search(&start).is_err() {
                break;
            }
            if !reported {
                self.unclosed(kind, start, at, at);
            }
            reported = true;
            self.stack.pop();
        }
    }

    // Names and numbers.

    fn name(&mut self, text: &'s str, start: u32, end: u32) {
        let after_dot = self.out.tokens.last().is_some_and(|token| token.tok.is("."));
        let spelling = match text {
            "True" => "true",
            "False" => "false",
            "None" => "none",
            _ if KEYWORDS.binary_search(&text).is_ok() => {
                return self.push(Tok::Sym(text), start, end);
            }
            _ => return self.push(Tok::Name(text), start, end),
        };
        if after_dot {
            return self.push(Tok::Name(text), start, end);
        }
        let title = format!("`{text}` is written `{spelling}` in arr");
        self.report(Diagnostic::error("E0017", title, self.span(start, end)));
        self.push(Tok::Sym(spelling), start, end);
    }

    fn number(&mut self, value: Result<Tok<'s>, NumberError>, start: u32, end: u32) {
        let place = self.span(start, end);
        let whole = !self.source[start as usize..end as usize].contains(['.', 'e', 'E', 'j', 'J'])
            || self.source[start as usize..].starts_with("0x");
        match value {
            Ok(tok) => return self.push(tok, start, end),
            Err(NumberError::Shape(why)) => {
                self.report(
                    Diagnostic::error("E0006", "this number is not well formed", place).text(why),
                );
            }
            Err(NumberError::Large) if whole => self.report(
                Diagnostic::error("E0007", "this whole number does not fit into 64 bits", place)
                    .note("the largest integer is 9223372036854775807")
                    .hint("write it with a point or an exponent to make it a float: `1e20`"),
            ),
            Err(NumberError::Large) => self.report(
                Diagnostic::error("E0007", "this number does not fit float64", place)
                    .note("the largest float64 is about 1.8e308")
                    .hint("for infinity, write `inf`"),
            ),
        }
        self.push(Tok::Int(0), start, end);
    }

    fn bad_number(&mut self, text: &'s str, start: u32, end: u32) {
        let digits =
            text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_').len();
        let (number, word) = text.split_at(digits);
        let place = self.span(start, end);
        let mut diagnostic =
            Diagnostic::error("E0006", "this is neither a number nor a name", place);
        let prefix = number == "0" && word.starts_with(['x', 'X', 'o', 'O', 'b', 'B']);
        if prefix {
            diagnostic = diagnostic.text("a digit here does not belong to this kind of number");
        } else if word.eq_ignore_ascii_case("e") {
            diagnostic = diagnostic.text("the exponent has no digits");
        } else if word.len() <= 30 {
            diagnostic = diagnostic.hint(format!("for a product, write `{number} * {word}`"));
        }
        self.error(diagnostic);
    }

    fn bad_character(&mut self, start: u32, end: u32) {
        if let Some(last) = self.out.tokens.last_mut()
            && last.tok == Tok::Error
            && last.end == start
        {
            last.end = end;
            return;
        }
        let Some(c) = self.source[start as usize..end as usize].chars().next() else { return };
        let place = self.span(start, start + c.len_utf8() as u32);
        let title = match c {
            '\0' => "there is a zero byte in the program".to_string(),
            c if c.is_control() => {
                format!("there is a control character, {}, in the program", show_char(c))
            }
            c => format!("the character {} has no meaning here", show_char(c)),
        };
        let mut diagnostic = Diagnostic::error("E0005", title, place);
        if let Some(hint) = character_hint(c) {
            diagnostic = diagnostic.hint(hint);
        }
        self.error(diagnostic);
    }

    // Operators and brackets.

    fn symbol(&mut self, text: &'s str, start: u32, end: u32) {
        match text {
            "(" => self.open_bracket(OpenKind::Paren, text, start, end),
            "[" => self.open_bracket(OpenKind::Square, text, start, end),
            "{" => self.open_bracket(OpenKind::Brace, text, start, end),
            ")" => self.close(OpenKind::Paren, text, start, end),
            "]" => self.close(OpenKind::Square, text, start, end),
            "}" => self.close(OpenKind::Brace, text, start, end),
            "&&" => self.foreign("and", "`a & b`", text, start, end),
            "||" => self.foreign("or", "`a | b`", text, start, end),
            ":" | "!" | "=" if matches!(self.top(), Some(OpenKind::Field(_))) => {
                self.field_symbol(text, start, end);
            }
            "!" => self.bang(start, end),
            ";" if matches!(self.top(), Some(OpenKind::Paren | OpenKind::Square)) => {
                self.semicolon_in_bracket(start, end);
            }
            _ => match update_op(text) {
                Some(op) => self.push(Tok::Update(op), start, end),
                None => self.push(Tok::Sym(text), start, end),
            },
        }
    }

    fn foreign(&mut self, word: &'static str, arrays: &str, text: &str, start: u32, end: u32) {
        let title = format!("`{text}` is written `{word}` in arr");
        let hint = format!("for arrays, element by element, write {arrays}");
        self.report(Diagnostic::error("E0018", title, self.span(start, end)).hint(hint));
        self.push(Tok::Sym(word), start, end);
    }

    fn bang(&mut self, start: u32, end: u32) {
        self.report(
            Diagnostic::error("E0018", "`!` is written `not` in arr", self.span(start, end))
                .hint("for arrays, element by element, write `~x`"),
        );
        self.push(Tok::Sym("~"), start, end);
    }

    fn semicolon_in_bracket(&mut self, start: u32, end: u32) {
        let opener = self.stack.last().map(|open| open.start);
        if self.semicolon_in != opener {
            let hint = match self.top() {
                Some(OpenKind::Square) => {
                    "write `,` between elements; a matrix is `[[1, 2], [3, 4]]`"
                }
                _ => "a counting loop is written `for i in range(n) { ... }`",
            };
            let place = self.span(start, end);
            self.error(
                Diagnostic::error("E0020", "a `;` cannot stand in brackets", place).hint(hint),
            );
        }
        self.semicolon_in = opener;
    }

    fn open_bracket(&mut self, kind: OpenKind, text: &'s str, start: u32, end: u32) {
        self.open(kind, start, end);
        if !self.stopped {
            self.push(Tok::Sym(text), start, end);
        }
    }

    /// The opener that a closing bracket may belong to: not across a block or an f-string.
    fn opener(&self, kind: OpenKind) -> Option<usize> {
        for (index, open) in self.stack.iter().enumerate().rev() {
            match (kind, open.kind) {
                (OpenKind::Brace, OpenKind::Field(_)) => return Some(index),
                (wanted, found) if wanted == found => return Some(index),
                (_, OpenKind::Paren | OpenKind::Square) => {}
                _ => return None,
            }
        }
        None
    }

    fn close(&mut self, kind: OpenKind, text: &'s str, start: u32, end: u32) {
        let Some(index) = self.opener(kind) else { return self.stray(text, start, end) };
        if let Some(inner) = self.stack.get(index + 1..).and_then(|inner| inner.last()) {
            self.unclosed(inner.kind, inner.start, start, end);
            let starts = self.stack[index + 1..].iter().map(|open| open.start);
            self.out.unclosed.extend(starts);
        }
        let open = self.stack[index];
        self.stack.truncate(index);
        if let OpenKind::Field(_) = open.kind {
            self.push(Tok::FClose, start, end);
            return self.text();
        }
        if kind == OpenKind::Brace && self.suspect.is_none() && self.line_indent < open.indent {
            self.suspect = Some(open.start);
        }
        self.push(Tok::Sym(text), start, end);
    }

    /// A closing bracket without an opening one, or of the wrong kind.
    fn stray(&mut self, text: &str, start: u32, end: u32) {
        let place = self.span(start, end);
        let wrong_kind = match self.stack.last() {
            Some(open) if text != "}" => closing(open.kind).map(|(a, b)| (open.start, a, b)),
            _ => None,
        };
        if let Some((opener, opening, wanted)) = wrong_kind
            && opening != "{"
        {
            let title = format!("expected `{wanted}` but found `{text}`");
            let opened = self.span(opener, opener + 1);
            self.stack.pop();
            let diagnostic = Diagnostic::error("E0003", title, place);
            return self.error(diagnostic.label(opened, "this bracket is the open one", false));
        }
        let opening = match text {
            ")" => "(",
            "]" => "[",
            _ => "{",
        };
        let title = format!("this `{text}` closes nothing");
        let diagnostic = Diagnostic::error("E0003", title, place)
            .hint(format!("remove it, or write the `{opening}` that it belongs to"));
        if text == "}" { self.report(diagnostic) } else { self.error(diagnostic) }
    }

    /// Reports an opener that something else than its closing bracket ends.
    fn unclosed(&mut self, kind: OpenKind, opener: u32, start: u32, end: u32) {
        let Some((opening, wanted)) = closing(kind) else { return };
        let title = format!("expected `{wanted}` to close the `{opening}` opened here");
        let diagnostic = Diagnostic::error("E0002", title, self.span(start, end))
            .text(format!("`{wanted}` is missing before this place"))
            .label(self.span(opener, opener + 1), "opened here", false);
        self.error(diagnostic);
    }

    // The end of the file.

    fn finish(&mut self) {
        let end = self.source.len() as u32;
        let one_line = |open: &Open| matches!(open.kind, OpenKind::Format(quote) if !quote.triple);
        self.out.open |= !self.stack.is_empty() && !self.stack.iter().any(one_line);
        self.unclosed_field(end);
        self.end_of_line(end);
        let brackets = |open: &&Open| matches!(open.kind, OpenKind::Paren | OpenKind::Square);
        let starts: Vec<u32> = self.stack.iter().filter(brackets).map(|open| open.start).collect();
        self.out.unclosed.extend(starts);
        if let Some(innermost) = self.stack.last().copied() {
            self.unclosed_at_end(innermost, end);
        }
    }

    fn unclosed_at_end(&mut self, innermost: Open, end: u32) {
        let Some((opening, wanted)) = closing(innermost.kind) else { return };
        let title = format!("expected `{wanted}` to close the `{opening}` opened here");
        let last = self.out.tokens.iter().rev().find(|t| t.tok != Tok::Newline);
        let at = last.map_or(end, |token| token.end);
        let mut diagnostic = Diagnostic::error("E0002", title, self.span(at, at))
            .text("the file ends here")
            .label(self.span(innermost.start, innermost.start + 1), "opened here", false);
        if let Some(suspect) = self.suspect.filter(|_| opening == "{") {
            let text =
                "perhaps it is this one that is not closed: the `}` after it stands further left";
            diagnostic = diagnostic.label(self.span(suspect, suspect + 1), text, false);
        }
        self.report(diagnostic);
    }
}

/// The opening and closing text of a bracket.
fn closing(kind: OpenKind) -> Option<(&'static str, &'static str)> {
    match kind {
        OpenKind::Paren => Some(("(", ")")),
        OpenKind::Square => Some(("[", "]")),
        OpenKind::Brace => Some(("{", "}")),
        _ => None,
    }
}

/// What to type instead of a character that looks like another or comes from another language.
fn character_hint(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}' => "write a plain `\"`",
        '\u{2018}' | '\u{2019}' | '`' | '\u{b4}' => "strings are written with `\"` or `'`",
        '\u{2212}' | '\u{2013}' | '\u{2014}' => "for minus, write a plain `-`",
        '\u{d7}' | '\u{b7}' | '\u{22c5}' => "for a product, write `*`",
        '\u{f7}' => "for a quotient, write `/`",
        '\u{b2}' => "for a square, write `x**2`",
        '\u{2264}' => "write `<=`",
        '\u{2265}' => "write `>=`",
        '\u{2260}' => "write `!=`",
        '\u{a0}' | '\u{2009}' | '\u{202f}' | '\u{3000}' => {
            "this is a special space: type a plain one"
        }
        '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{feff}' => {
            "this character is invisible: delete it"
        }
        '?' => "a choice is written `if c { a } else { b }`; for help, call `help(name)`",
        '$' => "names hold letters, digits and `_`",
        '\\' => "a backslash only has a meaning inside strings",
        _ => return None,
    })
}

/// Removes the newlines that do not end a statement: before `else`, before a leading `.`, and
/// after an operator when the next line can go on with a value.
fn join_lines<'s>(tokens: Vec<Spanned<'s>>, source: &str) -> Vec<Spanned<'s>> {
    let keep: Vec<bool> = (0..tokens.len()).map(|index| !joins(&tokens, index, source)).collect();
    let mut keep = keep.into_iter();
    tokens.into_iter().filter(|_| keep.next().unwrap_or(true)).collect()
}

/// Whether the token at `index` is a newline that does not end a statement.
fn joins(tokens: &[Spanned], index: usize, source: &str) -> bool {
    let (before, after) = (&tokens[..index], &tokens[index + 1..]);
    let (Some(last), Some(next)) = (before.last(), after.first()) else { return false };
    if tokens[index].tok != Tok::Newline {
        return false;
    }
    if next.tok.is(".") {
        return true;
    }
    if next.tok.is("else") || next.tok == Tok::Name("elif") {
        return last.tok.is("}");
    }
    // `x++` is a habit of other languages and gets a report of its own.
    let doubled = before.len() > 1 && before[before.len() - 2].tok == last.tok;
    let one_line = source[last.end as usize..next.start as usize].matches('\n').count() == 1;
    last.tok.is_infix() && !doubled && one_line && continues(after)
}

/// Whether a line can be the rest of an expression: not when it begins a statement of its own.
fn continues(line: &[Spanned]) -> bool {
    let assigns = line.get(1).is_some_and(|t| t.tok.is("=") || matches!(t.tok, Tok::Update(_)));
    let first = &line[0].tok;
    let value =
        first.begins_value() || ["(", "[", "-", "+", "~", "not"].iter().any(|s| first.is(s));
    let definition = first.is("fn") && line.get(1).is_some_and(|t| matches!(t.tok, Tok::Name(_)));
    value && !assigns && !definition && !first.is("if")
}
