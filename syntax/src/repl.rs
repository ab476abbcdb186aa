//! What an interactive prompt asks about a piece of text: is it complete, and how is it coloured.
//!
//! Both look at tokens only and work for any text, also one that does not parse.

use std::ops::Range;

use crate::diag::FileId;
use crate::lexer::lex;
use crate::token::{Spanned, Tok};

/// False when more lines are needed: a bracket, block or triple-quoted string is open, or the last
/// line ends with an operator or with `else`.
pub fn is_complete(source: &str) -> bool {
    let lexed = lex(source, FileId::default());
    let last = lexed.tokens.iter().rev().find(|token| token.tok != Tok::Newline);
    let goes_on = last.is_some_and(|token| token.tok.is_infix() || token.tok.is("else"));
    !lexed.open && !goes_on
}

/// How a piece of text is coloured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenClass {
    /// `if`, `fn`, `and`, `true`, ...
    Keyword,
    /// A number.
    Number,
    /// A string, or the text of an f-string.
    String,
    /// A comment.
    Comment,
    /// An operator, a bracket or a separator.
    Operator,
    /// A name.
    Name,
    /// A name directly followed by `(`.
    Function,
    /// Text that has no meaning.
    Error,
}

/// The classes of all pieces of a text, in order and without overlap; spaces are left out.
pub fn highlight(source: &str) -> Vec<(Range<usize>, TokenClass)> {
    let lexed = lex(source, FileId::default());
    let mut pieces: Vec<(Range<usize>, TokenClass)> = lexed
        .comments
        .iter()
        .map(|range| (range.start as usize..range.end as usize, TokenClass::Comment))
        .collect();
    for (index, token) in lexed.tokens.iter().enumerate() {
        if let Some(class) = class(token, lexed.tokens.get(index + 1)) {
            pieces.push((token.start as usize..token.end as usize, class));
        }
    }
    pieces.retain(|(range, _)| !range.is_empty());
    pieces.sort_by_key(|(range, _)| range.start);
    let mut end = 0;
    pieces.retain(|(range, _)| {
        let follows = range.start >= end;
        if follows {
            end = range.end;
        }
        follows
    });
    pieces
}

fn class(token: &Spanned, next: Option<&Spanned>) -> Option<TokenClass> {
    let called = next.is_some_and(|next| next.start == token.end && next.tok.is("("));
    Some(match &token.tok {
        Tok::Name(_) if called => TokenClass::Function,
        Tok::Name(_) => TokenClass::Name,
        Tok::Sym(_) if token.tok.is_keyword() => TokenClass::Keyword,
        Tok::Sym(_) | Tok::Update(_) | Tok::FDebug(_) => TokenClass::Operator,
        Tok::Int(_) | Tok::Float(_) | Tok::Imaginary(_) => TokenClass::Number,
        Tok::Str(_) | Tok::FStart | Tok::FText(_) | Tok::FEnd => TokenClass::String,
        Tok::FOpen | Tok::FClose | Tok::FSpec | Tok::FConversion(_) => TokenClass::Operator,
        Tok::Error => TokenClass::Error,
        Tok::Doc(_) | Tok::Newline | Tok::Block(_) => return None,
    })
}
