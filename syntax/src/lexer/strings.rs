//! Strings and f-strings.
//!
//! Before: the lexer stands behind an opening quote, or inside an f-string field at a `:`, `!` or
//! `=`. After: the string's tokens are written, up to its end or up to the next field, which the
//! lexer itself reads. A string that is not closed gives one report and costs no more than its line.

use super::{Lexer, Open, OpenKind};
use crate::diag::Diagnostic;
use crate::escape::show_char;
use crate::text::{Part, Piece, Quote, next_piece};
use crate::token::Tok;

impl<'s> Lexer<'s> {
    pub(super) fn string(&mut self, quote: Quote, start: u32) {
        if quote.format {
            let end = self.position();
            self.open(OpenKind::Format(quote), start, end);
            if !self.stopped {
                self.push(Tok::FStart, start, end);
                self.text();
            }
            return;
        }
        let mut value = String::new();
        loop {
            match self.piece(quote, Part::Text) {
                Piece::Char(c) => value.push(c),
                Piece::End => break,
                Piece::Unclosed => return self.unclosed_string(quote, start),
                _ => {}
            }
        }
        let end = self.position();
        self.push(Tok::Str(value), start, end);
    }

    /// The next piece of a string; a bad escape is reported and gives nothing.
    fn piece(&mut self, quote: Quote, part: Part) -> Piece {
        let start = self.position();
        let (piece, length) = next_piece(self.raw.remainder(), quote, part);
        self.raw.bump(length);
        if let Piece::Char(c) = piece {
            self.control_in_string(c, start, length);
        }
        let Piece::BadEscape(why) = piece else { return piece };
        let place = self.span(start, start + length as u32);
        self.report(
            Diagnostic::error("E0008", "this escape in a string is not known", place)
                .text(why)
                .hint("for a backslash itself, write `\\\\` (or a raw string, `r\"...\"`)"),
        );
        Piece::Nothing
    }

    fn control_in_string(&mut self, c: char, start: u32, length: usize) {
        let written = length == c.len_utf8() && !matches!(c, '\t' | '\n' | '\r');
        if c.is_control() && written {
            let title = format!("there is a control character, {}, in this string", show_char(c));
            let place = self.span(start, start + length as u32);
            let hint = format!("write it as an escape: `\\u{:04x}`", c as u32);
            self.report(Diagnostic::error("E0005", title, place).hint(hint));
        }
    }

    /// Reads f-string text up to the next field or the end, repeatedly after a format spec.
    pub(super) fn text(&mut self) {
        loop {
            let (quote, part) = match self.top() {
                Some(OpenKind::Format(quote)) => (quote, Part::Text),
                Some(OpenKind::Spec(quote)) => (quote, Part::Spec),
                _ => return,
            };
            if !self.text_run(quote, part) {
                return;
            }
        }
    }

    /// Reads one run of f-string text; true when more text of an outer part follows.
    fn text_run(&mut self, quote: Quote, part: Part) -> bool {
        let start = self.position();
        let mut value = String::new();
        loop {
            let before = self.position();
            let piece = self.piece(quote, part);
            let after = self.position();
            if let Piece::Char(c) = piece {
                value.push(c);
                continue;
            }
            if matches!(piece, Piece::Nothing) {
                continue;
            }
            if !value.is_empty() {
                self.push(Tok::FText(std::mem::take(&mut value)), start, before);
            }
            match (piece, part) {
                (Piece::Open, _) => {
                    self.push(Tok::FOpen, before, after);
                    self.open(OpenKind::Field(quote), before, after);
                    return false;
                }
                (Piece::Close, Part::Spec) => {
                    self.push(Tok::FClose, before, after);
                    self.stack.pop();
                    return true;
                }
                (Piece::Close, Part::Text) => {
                    self.lone_brace(before, after);
                    return true;
                }
                (Piece::End, Part::Text) => {
                    self.push(Tok::FEnd, before, after);
                    self.stack.pop();
                    return false;
                }
                _ => {
                    self.broken_format(part, before);
                    return false;
                }
            }
        }
    }

    fn lone_brace(&mut self, start: u32, end: u32) {
        self.error(
            Diagnostic::error(
                "E0010",
                "this `}` in an f-string closes nothing",
                self.span(start, end),
            )
            .hint("for a brace in the text, write `}}`"),
        );
    }

    /// The string or the line ends inside f-string text or a format spec.
    fn broken_format(&mut self, part: Part, at: u32) {
        let Some(open) = self.stack.last().copied() else { return };
        match (part, open.kind) {
            (Part::Spec, _) => {
                let end = self.position();
                self.field_not_closed(open.start, at, end.max(at));
                self.leave_format();
            }
            (Part::Text, OpenKind::Format(quote)) => {
                self.stack.pop();
                self.unclosed_string(quote, open.start);
            }
            _ => {}
        }
    }

    fn field_not_closed(&mut self, opener: u32, start: u32, end: u32) {
        let title = "expected `}` to close the `{` of the f-string opened here";
        self.error(
            Diagnostic::error("E0010", title, self.span(start, end))
                .text("`}` is missing before this place")
                .label(self.span(opener, opener + 1), "opened here", false)
                .hint("for a brace in the text, write `{{`"),
        );
    }

    /// Drops everything up to and with the innermost f-string.
    fn leave_format(&mut self) {
        let is_format = |open: &Open| matches!(open.kind, OpenKind::Format(_));
        if let Some(index) = self.stack.iter().rposition(is_format) {
            self.stack.truncate(index);
        }
    }

    /// At the end of a line: a field of a one-line f-string cannot go on.
    pub(super) fn unclosed_field(&mut self, at: u32) {
        let is_field = |open: &Open| match open.kind {
            OpenKind::Field(quote) => !quote.triple || at as usize == self.source.len(),
            _ => false,
        };
        let Some(field) = self.stack.iter().find(|open| is_field(open)).copied() else { return };
        self.field_not_closed(field.start, at, at);
        let index = self.stack.iter().position(|open| open.start == field.start).unwrap_or(0);
        self.stack.truncate(index.saturating_sub(1));
        self.drop_line_brackets();
    }

    /// Brackets opened on a line whose string is broken are not worth a report.
    fn drop_line_brackets(&mut self) {
        while let Some(open) = self.stack.last() {
            let bracket = matches!(open.kind, OpenKind::Paren | OpenKind::Square);
            if !bracket || open.start < self.line_start {
                break;
            }
            self.stack.pop();
        }
    }

    fn unclosed_string(&mut self, quote: Quote, start: u32) {
        let end = self.position();
        let inside = self.stack.iter().rev().find_map(|open| match open.kind {
            OpenKind::Field(outer) if outer.mark == quote.mark && !outer.triple => Some(open.start),
            _ => None,
        });
        if let (Some(field), false) = (inside, quote.triple) {
            self.field_not_closed(field, start, start + 1);
            self.leave_format();
            return self.drop_line_brackets();
        }
        let title = format!("this string is not closed: `{}` is missing", quote.closing());
        let place = self.span(start, if quote.triple { start + 3 } else { end });
        let mut diagnostic = Diagnostic::error("E0004", title, place);
        if !quote.triple {
            let hint = "a string over several lines begins and ends with three quotes: `\"\"\"`";
            let before = self.source[..start as usize].chars().next_back();
            let apostrophe = quote.mark == '\'' && before.is_some_and(char::is_alphanumeric);
            let hint = if apostrophe { "text with `'` in it stands between `\"`" } else { hint };
            diagnostic = diagnostic.text("the line ends here").hint(hint);
        }
        self.out.open |= quote.triple;
        self.report(diagnostic);
        self.push(Tok::Error, start, end);
        if quote.triple {
            self.stack.clear();
        }
        self.drop_line_brackets();
    }

    /// `:`, `!` and `=` directly inside an f-string field.
    pub(super) fn field_symbol(&mut self, text: &'s str, start: u32, end: u32) {
        let Some(&Open { kind: OpenKind::Field(quote), start: opener, .. }) = self.stack.last()
        else {
            return;
        };
        match text {
            ":" => {
                self.push(Tok::FSpec, start, end);
                if let Some(top) = self.stack.last_mut() {
                    top.kind = OpenKind::Spec(quote);
                }
                self.text();
            }
            "!" => self.conversion(start),
            _ => {
                let rest = self.raw.remainder();
                let spaces = rest.len() - rest.trim_start_matches([' ', '\t']).len();
                let next = &rest[spaces..];
                if next.starts_with(['}', ':'])
                    || (next.starts_with('!') && !next.starts_with("!="))
                {
                    let upto = end as usize + spaces;
                    let written = &self.source[opener as usize + 1..upto];
                    self.push(Tok::FDebug(written), start, end);
                } else {
                    self.push(Tok::Sym(text), start, end);
                }
            }
        }
    }

    fn conversion(&mut self, start: u32) {
        let rest = self.raw.remainder();
        let mut letters = rest.chars();
        let (letter, next) = (letters.next(), letters.next());
        match letter {
            Some(c @ ('r' | 's' | 'a'))
                if !next.is_some_and(|n| n.is_alphanumeric() || n == '_') =>
            {
                self.raw.bump(1);
                self.push(Tok::FConversion(c), start, start + 2);
            }
            _ => self.error(
                Diagnostic::error(
                    "E0010",
                    "this conversion is not known",
                    self.span(start, start + 1),
                )
                .text("`!r`, `!s` or `!a` may stand here"),
            ),
        }
    }
}
