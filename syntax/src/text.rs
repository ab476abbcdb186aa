//! The inside of strings: escapes, f-string braces, and where a string ends.
//!
//! Before: the text after an opening quote. After: one [`Piece`] at a time. Nothing is reported
//! here; the lexer turns bad pieces into diagnostics.

/// How a string was opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quote {
    /// `"` or `'`
    pub mark: char,
    /// Whether three of them open it, so that it may hold newlines.
    pub triple: bool,
    /// `r"..."`: a backslash is a backslash.
    pub raw: bool,
    /// `f"..."`
    pub format: bool,
}

impl Quote {
    /// Reads an opening such as `f"""`.
    pub fn parse(text: &str) -> Quote {
        let mark = text.chars().last().unwrap_or('"');
        let prefix = text.trim_end_matches(mark).to_ascii_lowercase();
        Quote {
            mark,
            triple: text.len() - prefix.len() == 3,
            raw: prefix.contains('r'),
            format: prefix.contains('f'),
        }
    }

    /// The closing text.
    pub fn closing(self) -> &'static str {
        match (self.mark, self.triple) {
            ('"', false) => "\"",
            ('"', true) => "\"\"\"",
            (_, false) => "'",
            (_, true) => "'''",
        }
    }
}

/// Which part of a string is being read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// Plain text of any string.
    Text,
    /// The format spec after `:` in an f-string field.
    Spec,
}

/// What comes next inside a string.
pub enum Piece {
    /// A character, escapes resolved.
    Char(char),
    /// A backslash before a newline: nothing.
    Nothing,
    /// `{` of an f-string.
    Open,
    /// `}` of an f-string.
    Close,
    /// The closing quote.
    End,
    /// The line or the file ends first.
    Unclosed,
    /// An escape that means nothing, and why.
    BadEscape(&'static str),
}

/// The next piece of `rest` and how many bytes it takes (0 for [`Piece::Unclosed`]).
pub fn next_piece(rest: &str, quote: Quote, part: Part) -> (Piece, usize) {
    let Some(first) = rest.chars().next() else { return (Piece::Unclosed, 0) };
    if rest.starts_with(quote.closing()) {
        return (Piece::End, quote.closing().len());
    }
    match first {
        '\n' if !quote.triple => (Piece::Unclosed, 0),
        '\r' if rest.starts_with("\r\n") && !quote.triple => (Piece::Unclosed, 0),
        '\r' if rest.starts_with("\r\n") => (Piece::Char('\n'), 2),
        '\\' if !quote.raw => escape(rest),
        '{' | '}' if quote.format => brace(rest, first, part),
        other => (Piece::Char(other), other.len_utf8()),
    }
}

fn brace(rest: &str, first: char, part: Part) -> (Piece, usize) {
    let doubled = part == Part::Text && rest[1..].starts_with(first);
    match (doubled, first) {
        (true, _) => (Piece::Char(first), 2),
        (false, '{') => (Piece::Open, 1),
        (false, _) => (Piece::Close, 1),
    }
}

fn escape(rest: &str) -> (Piece, usize) {
    let Some(letter) = rest[1..].chars().next() else { return (Piece::Unclosed, 0) };
    let simple = match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '\\' | '\'' | '"' => letter,
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'v' => '\x0b',
        '\n' => return (Piece::Nothing, 2),
        '\r' if rest[2..].starts_with('\n') => return (Piece::Nothing, 3),
        'x' => return hex(rest, 2, "`\\x` needs two hexadecimal digits after it"),
        'u' => return hex(rest, 4, "`\\u` needs four hexadecimal digits after it"),
        'U' => return hex(rest, 8, "`\\U` needs eight hexadecimal digits after it"),
        '0'..='7' => return octal(rest),
        other => return (Piece::BadEscape("no such escape"), 1 + other.len_utf8()),
    };
    (Piece::Char(simple), 2)
}

fn hex(rest: &str, count: usize, message: &'static str) -> (Piece, usize) {
    let digits: String =
        rest[2..].chars().take(count).take_while(char::is_ascii_hexdigit).collect();
    let length = 2 + digits.len();
    if digits.len() < count {
        return (Piece::BadEscape(message), length);
    }
    match u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32) {
        Some(c) => (Piece::Char(c), length),
        None => (Piece::BadEscape("there is no such character"), length),
    }
}

fn octal(rest: &str) -> (Piece, usize) {
    let digits: String =
        rest[1..].chars().take(3).take_while(|c| ('0'..='7').contains(c)).collect();
    let value = u32::from_str_radix(&digits, 8).ok().and_then(char::from_u32);
    (value.map_or(Piece::BadEscape("there is no such character"), Piece::Char), 1 + digits.len())
}
