//! Text of strings: literals for display, and escaping of what came from outside.
//!
//! After [`string_repr`] or [`escape_control`] a text has no character that moves the cursor,
//! starts a terminal sequence, reorders its neighbours or breaks a line.

use std::fmt::Write;

/// A string in quotes, as Python's `repr` writes it.
///
/// Single quotes are used unless the text contains some and no double quotes. Characters that do
/// not print become `\n`, `\x1b`, `\u2028` or `\U0001f9ff`-like escapes.
pub fn string_repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        push_literal(&mut out, c, quote);
    }
    out.push(quote);
    out
}

fn push_literal(out: &mut String, c: char, quote: char) {
    let code = u32::from(c);
    // Writing to a `String` does not fail.
    let _ = match c {
        '\n' => write!(out, "\\n"),
        '\r' => write!(out, "\\r"),
        '\t' => write!(out, "\\t"),
        '\\' => write!(out, "\\\\"),
        _ if c == quote => write!(out, "\\{c}"),
        _ if is_printable(c) => write!(out, "{c}"),
        _ if code <= 0xff => write!(out, "\\x{code:02x}"),
        _ if code <= 0xffff => write!(out, "\\u{code:04x}"),
        _ => write!(out, "\\U{code:08x}"),
    };
}

/// Whether a character prints inside a literal: no control, format, private or unassigned one, and
/// no space but the plain one.
fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    // The table of printable characters in `std` is reachable only through its escapes. The
    // letter before `c` keeps a combining mark from being escaped for want of a base.
    let mut probe = String::from("a");
    probe.push(c);
    probe.escape_debug().count() == 2
}

/// Text from outside (file names, messages of other programs, source lines) made safe to show.
///
/// Control characters, newline and tab included, and characters that reorder or hide text become
/// `\u{..}`. Everything else stays as it is.
pub fn escape_control(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || is_deceptive(c) {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// Characters that change the direction of text (Unicode Standard Annex 9, section 2), break lines
/// without being controls, or are invisible and can carry hidden text.
fn is_deceptive(c: char) -> bool {
    matches!(c,
        '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}
