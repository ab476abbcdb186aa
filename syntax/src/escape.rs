//! Source text inside messages: short, and without characters that could play tricks.

/// The longest piece of source text that a message repeats, in characters.
const LONGEST: usize = 40;

/// A character as a message may show it.
pub fn show_char(c: char) -> String {
    if is_safe(c) && c != '`' {
        format!("`{c}` (U+{:04X})", c as u32)
    } else {
        format!("U+{:04X}", c as u32)
    }
}

/// Source text between backquotes, shortened, with odd characters replaced.
pub fn show(text: &str) -> String {
    let mut shown: String =
        text.chars().take(LONGEST).map(|c| if is_safe(c) { c } else { '\u{fffd}' }).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push_str("...");
    }
    format!("`{shown}`")
}

/// Neither control, nor invisible, nor changing the direction of the text.
fn is_safe(c: char) -> bool {
    let hidden = matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    !c.is_control() && !hidden && (c == ' ' || !c.is_whitespace())
}
