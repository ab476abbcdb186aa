//! Messages to text.
//!
//! Before: any message. After: at most 4 KiB, without control characters but newlines (and
//! colours, when asked for), in the form
//!
//! ```text
//! error[E0102]: shapes do not broadcast
//!  --> demo.arr:7:5
//!   |
//! 7 | y = x + w
//!   |     -   - float64[365]
//!   |     |
//!   |     float64[1000, 360]
//!   = axis 1: 360 against 365
//!   = hint: to pair w with axis 0, write w[:, newaxis]
//! ```

use crate::error::{Diagnostic, Label, Severity};
use annotate_snippets::{AnnotationKind, Group, Level, Message, Renderer, Snippet, Title};
use arr_compiler::format::escape_control;

/// The longest message, in bytes.
const MAX_BYTES: usize = 4096;
/// The longest title, label, note or hint, in characters.
const MAX_TEXT: usize = 400;
/// Notes and hints that are shown.
const MAX_NOTES: usize = 8;
/// Columns of a message.
const WIDTH: usize = 140;

/// A message as text.
pub(crate) fn render(diagnostic: &Diagnostic, color: bool) -> String {
    let text = full(diagnostic, color, true);
    if text.len() <= MAX_BYTES {
        return text;
    }
    let text = full(diagnostic, false, false);
    let end = (0..=MAX_BYTES.min(text.len())).rev().find(|&i| text.is_char_boundary(i));
    text[..end.unwrap_or(0)].into()
}

fn full(diagnostic: &Diagnostic, color: bool, excerpts: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = short(&diagnostic.title);
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    if diagnostic.labels.is_empty() {
        return unplaced(diagnostic, &renderer, level.primary_title(title));
    }
    let mut group =
        level.primary_title(title).id(diagnostic.code).elements(Vec::<Message<'_>>::new());
    for part in parts(&diagnostic.labels) {
        group = add(group, &part, excerpts);
    }
    for note in diagnostic.notes.iter().take(MAX_NOTES) {
        group = group.element(Level::NOTE.no_name().message(short(note)));
    }
    for hint in diagnostic.hints.iter().take(MAX_NOTES) {
        group = group.element(Level::HELP.with_name("hint").message(short(hint)));
    }
    let mut text = renderer.term_width(WIDTH).render(&[group]);
    text.push('\n');
    text
}

/// A message without a place: there is no margin to align notes with.
fn unplaced(diagnostic: &Diagnostic, renderer: &Renderer, title: Title<'_>) -> String {
    let title = title.id(diagnostic.code).elements(Vec::<Message<'_>>::new());
    let mut text = renderer.render(&[title]) + "\n";
    for note in diagnostic.notes.iter().take(MAX_NOTES) {
        text += &format!("  = {}\n", short(note));
    }
    for hint in diagnostic.hints.iter().take(MAX_NOTES) {
        text += &format!("  = hint: {}\n", short(hint));
    }
    text
}

fn short(text: &str) -> String {
    let mut out = escape_control(text);
    if let Some((at, _)) = out.char_indices().nth(MAX_TEXT) {
        out.truncate(at);
        out.push_str("...");
    }
    out
}

/// The labels of each source together, in the order of their first appearance.
fn parts(labels: &[Label]) -> Vec<Vec<&Label>> {
    let mut parts: Vec<Vec<&Label>> = vec![];
    for label in labels {
        match parts.iter_mut().find(|p| p[0].source == label.source) {
            Some(part) => part.push(label),
            None => parts.push(vec![label]),
        }
    }
    parts
}

fn add<'a>(group: Group<'a>, labels: &[&Label], excerpts: bool) -> Group<'a> {
    let source = escape_control(&labels[0].source);
    let first = labels.iter().find(|l| l.primary).unwrap_or(&labels[0]);
    let shown: Vec<&&Label> = labels.iter().filter(|l| !l.excerpt.text.is_empty()).collect();
    if shown.is_empty() || !excerpts {
        let origin =
            annotate_snippets::Origin::path(source).line(first.line).char_column(first.column);
        return group.element(origin);
    }
    // Lines between the labels are not at hand: each line stands in its place, blank ones between.
    let base = shown.iter().map(|l| l.line).min().unwrap_or(1);
    let mut lines: Vec<(usize, &Label)> = shown.iter().map(|l| (l.line, **l)).collect();
    lines.sort_by_key(|l| (l.0, std::cmp::Reverse(l.1.excerpt.text.len())));
    lines.dedup_by_key(|l| l.0);
    let (text, starts) = stitched(base, &lines);
    let mut snippet = Snippet::source(text).line_start(base).path(source);
    for label in shown {
        let Some(&(_, start)) = starts.iter().find(|s| s.0 == label.line) else { continue };
        let from = start + (label.start - label.excerpt.start);
        let to = from + (label.end - label.start);
        let kind = if label.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let mut annotation = kind.span(from..to);
        if !label.text.is_empty() {
            annotation = annotation.label(short(&label.text));
        }
        snippet = snippet.annotation(annotation);
    }
    group.element(snippet)
}

/// A text that has the excerpts on their lines, counted from `base`, and where each begins.
fn stitched(base: usize, lines: &[(usize, &Label)]) -> (String, Vec<(usize, usize)>) {
    let mut text = String::new();
    let mut starts = vec![];
    let mut next = base;
    for &(line, label) in lines {
        if line < next {
            // Inside the excerpt before: found by counting its lines.
            let (first, start): (usize, usize) = *starts.last().unwrap_or(&(base, 0));
            let inside = text[start..].match_indices('\n').nth(line - first - 1);
            starts.push((line, start + inside.map_or(0, |m| m.0 + 1)));
            continue;
        }
        text.push_str(&"\n".repeat(line - next));
        starts.push((line, text.len()));
        text.push_str(&label.excerpt.text);
        text.push('\n');
        next = line + label.excerpt.text.matches('\n').count() + 1;
    }
    (text, starts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Excerpt;

    const SOURCE: &str = "a = 1\nx = zeros((3, 4))\n\ny = x + w\n";

    fn label(start: usize, end: usize, text: &str, primary: bool) -> Label {
        let line_start = SOURCE[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = SOURCE[end..].find('\n').map_or(SOURCE.len(), |at| end + at);
        Label {
            source: "demo.arr".into(),
            start,
            end,
            line: 1 + SOURCE[..start].matches('\n').count(),
            column: 1 + start - line_start,
            text: text.into(),
            primary,
            excerpt: Excerpt { text: SOURCE[line_start..line_end].into(), start: line_start },
        }
    }

    fn sample() -> Diagnostic {
        Diagnostic {
            code: "E0102",
            severity: Severity::Error,
            title: "shapes do not broadcast".into(),
            labels: vec![
                label(29, 30, "float64[1000, 360]", true),
                label(33, 34, "float64[365]", true),
            ],
            notes: vec!["axis 1: 360 against 365".into()],
            hints: vec!["to pair w with axis 0, write w[:, newaxis]".into()],
        }
    }

    #[test]
    fn a_message_has_its_place_labels_notes_and_hints() {
        let expected = "\
error[E0102]: shapes do not broadcast
 --> demo.arr:4:5
  |
4 | y = x + w
  |     ^   ^ float64[365]
  |     |
  |     float64[1000, 360]
  |
  = axis 1: 360 against 365
  = hint: to pair w with axis 0, write w[:, newaxis]
";
        assert_eq!(render(&sample(), false), expected);
        assert!(render(&sample(), true).contains("\x1b["));
    }

    #[test]
    fn labels_on_several_lines_keep_their_line_numbers() {
        let mut d = sample();
        d.labels = vec![label(33, 34, "unknown", true), label(6, 7, "bound here", false)];
        let text = render(&d, false);
        assert!(text.contains("2 | x = zeros((3, 4))") && text.contains("4 | y = x + w"), "{text}");
    }

    #[test]
    fn messages_are_short_and_escaped() {
        let mut d = sample();
        d.title = format!("bad \x1b[31m name \u{202e}{}", "x".repeat(10_000));
        d.notes = vec!["n\u{7}".repeat(3000); 50];
        d.labels[0].source = "a\x1b[2Jb\n.arr".into();
        d.labels[0].excerpt.text = "\x1b[31m = \u{202e}x".into();
        d.labels[0].start = d.labels[0].excerpt.start;
        d.labels[0].end = d.labels[0].start + 1;
        for color in [false, true] {
            let text = render(&d, color);
            assert!(text.len() <= MAX_BYTES, "{}", text.len());
            let odd = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
            assert!(!text.contains(odd), "{text:?}");
        }
    }

    #[test]
    fn a_message_without_a_place() {
        let mut d = sample();
        d.labels.clear();
        d.notes.clear();
        let expected = "error[E0102]: shapes do not broadcast\n  = hint: to pair w with axis 0, \
                        write w[:, newaxis]\n";
        assert_eq!(render(&d, false), expected);
    }
}
