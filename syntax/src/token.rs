//! Tokens: the raw ones logos finds, and the ones the grammar reads.
//!
//! Before: source text. [`Raw`] cuts it into pieces without context. [`Tok`] is what the lexer
//! makes of them: keywords and punctuation are symbols named by their own text, so that no list
//! of them has to be kept beside the grammar; numbers and strings carry their values.

use logos::Logos;

use crate::ast::{BinaryOp, StmtId};

/// A piece of text, before brackets, newlines and strings are understood.
#[derive(Logos, Clone, Copy, PartialEq, Eq, Debug)]
#[logos(skip r"[ \t]+")]
pub enum Raw {
    /// The end of a line.
    #[regex(r"\r?\n")]
    Newline,
    /// A backslash before the end of a line, as Python joins lines.
    #[regex(r"\\[ \t]*\r?\n")]
    Continuation,
    /// `#` to the end of the line; `##` is told apart later.
    #[regex(r"#[^\n]*", allow_greedy = true)]
    Comment,
    /// A name or keyword.
    #[regex(r"[\p{XID_Start}_]\p{XID_Continue}*")]
    Name,
    /// `1_000`, `0xff`, `0o17`, `0b101`
    #[regex(r"[0-9][0-9_]*", priority = 10)]
    #[regex(r"0[xX][0-9a-fA-F_]+", priority = 10)]
    #[regex(r"0[oO][0-7_]+", priority = 10)]
    #[regex(r"0[bB][01_]+", priority = 10)]
    Int,
    /// `1.5`, `1e-3`, `.5`, `1.`
    #[regex(r"[0-9][0-9_]*\.[0-9_]*([eE][+-]?[0-9][0-9_]*)?", priority = 10)]
    #[regex(r"\.[0-9][0-9_]*([eE][+-]?[0-9][0-9_]*)?", priority = 10)]
    #[regex(r"[0-9][0-9_]*[eE][+-]?[0-9][0-9_]*", priority = 10)]
    Float,
    /// `2j`, `1.5e3j`
    #[regex(r"[0-9][0-9_]*[jJ]", priority = 10)]
    #[regex(r"[0-9][0-9_]*\.[0-9_]*([eE][+-]?[0-9][0-9_]*)?[jJ]", priority = 10)]
    #[regex(r"\.[0-9][0-9_]*([eE][+-]?[0-9][0-9_]*)?[jJ]", priority = 10)]
    #[regex(r"[0-9][0-9_]*[eE][+-]?[0-9][0-9_]*[jJ]", priority = 10)]
    Imaginary,
    /// Digits that run into letters: `3x`, `0xzz`, `1e`.
    #[regex(r"[0-9][0-9_]*[A-Za-z][0-9A-Za-z_]*", priority = 5)]
    BadNumber,
    /// The opening of a string, with its prefix.
    #[regex(r#"([fF]|[rR]|[fF][rR]|[rR][fF])?("""|'''|"|')"#)]
    Quote,
    /// Operators and brackets.
    #[regex(
        r"\*\*=?|//=?|<<=?|>>=?|[-+*/%@&|^]=?|==|!=|<=|>=|->|&&|\|\||\.\.\.|[<>=~!()\[\]{},:;.]"
    )]
    Symbol,
}

/// A token of the grammar.
#[derive(Clone, PartialEq, Debug)]
pub enum Tok<'s> {
    /// A name that is no keyword.
    Name(&'s str),
    /// A keyword, operator or bracket, named by its text.
    Sym(&'s str),
    /// `+=` and the like.
    Update(BinaryOp),
    /// A whole number, at most 2^63.
    Int(u64),
    /// A number with a point or exponent.
    Float(f64),
    /// `2j`
    Imaginary(f64),
    /// A string, escapes resolved.
    Str(String),
    /// The opening quote of an f-string.
    FStart,
    /// Text of an f-string or of a format spec.
    FText(String),
    /// `{` in an f-string.
    FOpen,
    /// The `=` of `{x=}`, with the text it stands for.
    FDebug(&'s str),
    /// `!r`
    FConversion(char),
    /// The `:` before a format spec.
    FSpec,
    /// `}` in an f-string.
    FClose,
    /// The closing quote of an f-string.
    FEnd,
    /// A `## ...` line where a statement could begin.
    Doc(&'s str),
    /// The end of a line that ends a statement.
    Newline,
    /// A parsed `{ ... }`: made by the block parser, never by the lexer.
    Block(Vec<StmtId>),
    /// A place that was already reported.
    Error,
}

/// A token and its byte range.
#[derive(Clone, PartialEq, Debug)]
pub struct Spanned<'s> {
    /// The token.
    pub tok: Tok<'s>,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// The keywords.
pub const KEYWORDS: &[&str] = &[
    "and", "as", "assert", "break", "continue", "else", "false", "fn", "for", "from", "if",
    "import", "in", "none", "not", "or", "param", "return", "true", "while",
];

/// The operator of `+=` and the like.
pub fn update_op(text: &str) -> Option<BinaryOp> {
    Some(match text {
        "+=" => BinaryOp::Add,
        "-=" => BinaryOp::Sub,
        "*=" => BinaryOp::Mul,
        "/=" => BinaryOp::Div,
        "//=" => BinaryOp::FloorDiv,
        "%=" => BinaryOp::Mod,
        "**=" => BinaryOp::Pow,
        "@=" => BinaryOp::MatMul,
        "&=" => BinaryOp::BitAnd,
        "|=" => BinaryOp::BitOr,
        "^=" => BinaryOp::BitXor,
        "<<=" => BinaryOp::Shl,
        ">>=" => BinaryOp::Shr,
        _ => return None,
    })
}

impl Tok<'_> {
    /// Whether this is the keyword, operator or bracket `text`.
    pub fn is(&self, text: &str) -> bool {
        matches!(self, Tok::Sym(symbol) if *symbol == text)
    }

    /// Whether it is a keyword.
    pub fn is_keyword(&self) -> bool {
        matches!(self, Tok::Sym(symbol) if KEYWORDS.binary_search(symbol).is_ok())
    }

    /// Whether it is an operator that needs a value on its right and cannot end a statement.
    pub fn is_infix(&self) -> bool {
        const INFIX: &[&str] = &[
            "+", "-", "*", "/", "//", "%", "@", "**", "&", "|", "^", "<<", ">>", "==", "!=", "<",
            "<=", ">", ">=", "and", "or", "not", "in", "~",
        ];
        matches!(self, Tok::Sym(symbol) if INFIX.contains(symbol))
    }

    /// Whether a value can end with it.
    pub fn ends_value(&self) -> bool {
        match self {
            Tok::Sym(symbol) => matches!(*symbol, ")" | "]" | "true" | "false" | "none" | "..."),
            Tok::Name(_) | Tok::Int(_) | Tok::Float(_) | Tok::Imaginary(_) | Tok::Str(_) => true,
            Tok::FEnd | Tok::Block(_) => true,
            _ => false,
        }
    }

    /// Whether a value can begin with it and nothing else can.
    pub fn begins_value(&self) -> bool {
        match self {
            Tok::Sym(symbol) => matches!(*symbol, "true" | "false" | "none" | "fn" | "if"),
            Tok::Name(_) | Tok::Int(_) | Tok::Float(_) | Tok::Imaginary(_) | Tok::Str(_) => true,
            Tok::FStart => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn tables_are_sorted() {
        assert!(super::KEYWORDS.is_sorted());
    }
}
