//! The interactive prompt: with a terminal edited lines, history, completion and colours; without
//! one, statements are read from the standard input until each is complete.
//!
//! An error keeps the session. `_` is the last value shown. Ctrl-C drops the line or stops the
//! computation, Ctrl-D leaves.

use crate::output::{Output, color, say, say_error, say_warnings};
use crate::stop;
use arr::text::{KEYWORDS, TokenClass, highlight, is_complete};
use arr::{Error, Session};
use reedline::{
    Color, ColumnarMenu, Completer, CompletionResult, EditCommand, Emacs, FileBackedHistory,
    Highlighter, KeyCode, KeyModifiers, MenuBuilder, Prompt, PromptEditMode, PromptHistorySearch,
    Reedline, ReedlineEvent, ReedlineMenu, Signal, Span, StyledText, Suggestion, ValidationResult,
    Validator, default_emacs_keybindings,
};
use std::borrow::Cow;
use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Lines of history that are kept.
const HISTORY: usize = 10_000;
/// What can follow the dot of an array without a call.
const ATTRIBUTES: &[&str] = &["T", "mT", "shape", "ndim", "size", "dtype", "real", "imag"];

type Shared = Arc<Mutex<Session<'static>>>;

/// Runs the prompt to its end; the exit code.
pub fn run(session: Session<'static>, output: &Output) -> Result<u8, Error> {
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    stop::on_ctrl_c(session.interrupter(), output.clone(), !terminal);
    let code = match terminal {
        true => interactive(&Arc::new(Mutex::new(session)), output)?,
        false => {
            let mut session = session;
            let code = piped(&mut session, output)?;
            std::mem::forget(session);
            code
        }
    };
    Ok(code)
}

/// Evaluates one input and shows what there is to show; the exit code of its error, if any.
fn step(
    session: &mut Session<'_>,
    name: &str,
    text: &str,
    info: bool,
    output: &Output,
) -> Result<Option<u8>, Error> {
    let asked = help_asked(text);
    let result = session.interact(name, asked.as_deref().unwrap_or(text), info);
    output.finish()?;
    match result {
        Ok((shown, warnings)) => {
            say_warnings(&warnings);
            if let Some(shown) = shown {
                output.put(&(shown + "\n"))?;
                output.finish()?;
            }
            Ok(None)
        }
        Err(error) => {
            say_error(&error);
            Ok(Some(error.exit_code()))
        }
    }
}

/// `x.mean?` asks for `help(x.mean)`, or for the topic of that name.
fn help_asked(text: &str) -> Option<String> {
    let name = text.trim().strip_suffix('?')?.trim_end();
    let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let topic = arr::is_help_topic(name);
    let quote = if topic { "\"" } else { "" };
    (!name.is_empty() && name.chars().all(plain)).then(|| format!("help({quote}{name}{quote})"))
}

fn leaves(text: &str) -> bool {
    matches!(text.trim(), "exit" | "quit" | "exit()" | "quit()")
}

/// Statements from a pipe or file, until its end. The exit code is that of the last failure.
fn piped(session: &mut Session<'_>, output: &Output) -> Result<u8, Error> {
    let mut input = std::io::stdin().lock();
    let mut pending = String::new();
    let mut code = 0;
    let mut number = 0;
    loop {
        let mut line = vec![];
        let read = input.read_until(b'\n', &mut line).map_err(|e| arr::input_error(&e))?;
        let end = read == 0;
        pending.push_str(&arr::decode_script("the standard input", line)?);
        if !end && !is_complete(&pending) {
            continue;
        }
        let text = std::mem::take(&mut pending);
        if leaves(&text) {
            return Ok(code);
        }
        if !text.trim().is_empty() {
            number += 1;
            let name = format!("<input {number}>");
            if let Some(failed) = step(session, &name, &text, false, output)? {
                code = failed;
            }
        }
        if end || code == 130 {
            return Ok(code);
        }
    }
}

fn interactive(session: &Shared, output: &Output) -> Result<u8, Error> {
    let colored = color(&std::io::stdout());
    let mut editor = editor(session, colored);
    say(&format!("arr {} - Ctrl-D leaves, Tab completes\n", env!("CARGO_PKG_VERSION")));
    let mut number = 0;
    loop {
        let text = match editor.read_line(&Arrows) {
            Ok(Signal::Success(text)) => text,
            Ok(Signal::CtrlC) => continue,
            Ok(Signal::CtrlD) => return Ok(0),
            Ok(_) => continue,
            Err(error) => {
                say(&format!(
                    "error: the terminal cannot be read: {}\n",
                    arr::escape(&error.to_string())
                ));
                return Ok(5);
            }
        };
        if leaves(&text) {
            return Ok(0);
        }
        if text.trim().is_empty() {
            continue;
        }
        number += 1;
        let mut session = session.lock().unwrap_or_else(PoisonError::into_inner);
        step(&mut session, &format!("<input {number}>"), &text, true, output)?;
    }
}

fn editor(session: &Shared, colored: bool) -> Reedline {
    let mut keys = default_emacs_keybindings();
    let complete = vec![ReedlineEvent::Menu("completion".into()), ReedlineEvent::MenuNext];
    keys.add_binding(KeyModifiers::NONE, KeyCode::Tab, ReedlineEvent::UntilFound(complete));
    keys.add_binding(KeyModifiers::SHIFT, KeyCode::BackTab, ReedlineEvent::MenuPrevious);
    let newline = ReedlineEvent::Edit(vec![EditCommand::InsertNewline]);
    keys.add_binding(KeyModifiers::ALT, KeyCode::Enter, newline);
    let menu = ColumnarMenu::default().with_name("completion");
    let mut editor = Reedline::create()
        .with_validator(Box::new(Complete))
        .with_highlighter(Box::new(Colors))
        .with_completer(Box::new(Names(session.clone())))
        .with_menu(ReedlineMenu::EngineCompleter(Box::new(menu)))
        .with_edit_mode(Box::new(Emacs::new(keys)))
        .use_bracketed_paste(true)
        .with_ansi_colors(colored);
    if let Some(history) = history() {
        editor = editor.with_history(Box::new(history));
    }
    editor
}

/// The history file: `ARR_HISTORY`, or `arr/history` in the user's data directory; none when
/// there is no such place, and with an empty `ARR_HISTORY`.
fn history() -> Option<FileBackedHistory> {
    let path = match std::env::var_os("ARR_HISTORY") {
        Some(path) if path.is_empty() => return None,
        Some(path) => PathBuf::from(path),
        None => {
            let data = std::env::var_os("XDG_DATA_HOME").filter(|v| !v.is_empty());
            let home = || std::env::var_os("HOME").map(|h| PathBuf::from(h).join(".local/share"));
            data.map(PathBuf::from).or_else(home)?.join("arr").join("history")
        }
    };
    std::fs::create_dir_all(path.parent()?).ok()?;
    FileBackedHistory::with_file(HISTORY, path).ok()
}

/// Enter ends a complete statement and adds a line to another.
struct Complete;

impl Validator for Complete {
    fn validate(&self, text: &str) -> ValidationResult {
        match is_complete(text) {
            true => ValidationResult::Complete,
            false => ValidationResult::Incomplete,
        }
    }
}

/// Colours by kind of token.
struct Colors;

impl Highlighter for Colors {
    fn highlight(&self, line: &str, _cursor: usize) -> StyledText {
        let mut text = StyledText::new();
        let plain = Color::Default.normal();
        let mut done = 0;
        for (range, class) in highlight(line) {
            let Some(piece) = line.get(range.clone()) else { continue };
            if let Some(gap) = line.get(done..range.start) {
                text.push((plain, gap.into()));
            }
            let style = match class {
                TokenClass::Keyword => Color::Magenta.normal(),
                TokenClass::Number => Color::Cyan.normal(),
                TokenClass::String => Color::Green.normal(),
                TokenClass::Comment => Color::DarkGray.normal(),
                TokenClass::Function => Color::Blue.normal(),
                TokenClass::Error => Color::Red.normal(),
                TokenClass::Operator | TokenClass::Name => plain,
            };
            text.push((style, piece.into()));
            done = range.end;
        }
        text.push((plain, line.get(done..).unwrap_or("").into()));
        text
    }
}

/// Completes names of the session and of the language, and after a dot methods and attributes.
struct Names(Shared);

impl Completer for Names {
    fn complete(&mut self, line: &str, pos: usize) -> CompletionResult {
        let Some(before) = line.get(..pos) else { return CompletionResult::fresh(vec![]) };
        let mut session = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let names = session.completions();
        let found = candidates(before, &names);
        let suggestions: Vec<Suggestion> = found
            .into_iter()
            .map(|(start, value)| Suggestion {
                value,
                span: Span::new(start, pos),
                ..Suggestion::default()
            })
            .collect();
        CompletionResult::fresh(suggestions)
    }
}

/// What may stand at the end of a text: where it begins, and the name.
fn candidates(before: &str, names: &[String]) -> Vec<(usize, String)> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let dotted = before.trim_end_matches(|c| part(c) || c == '.').len();
    let word = before.trim_end_matches(part).len();
    let whole = &before[dotted..];
    // A name of a module, such as `linalg.qr`.
    let qualified = names.iter().filter(|n| whole.contains('.') && n.starts_with(whole));
    let mut found: Vec<(usize, String)> = qualified.map(|n| (dotted, n.clone())).collect();
    if !found.is_empty() {
        return found;
    }
    let method = before[..word].ends_with('.');
    let start = &before[word..];
    let mut all: Vec<&str> =
        names.iter().map(|n| n.as_str()).filter(|n| !n.contains('.')).collect();
    all.extend(if method { ATTRIBUTES } else { KEYWORDS });
    all.retain(|n| n.starts_with(start) && *n != start);
    all.sort();
    all.dedup();
    found.extend(all.into_iter().map(|n| (word, n.to_string())));
    found
}

/// `>>> ` and `... `.
struct Arrows;

impl Prompt for Arrows {
    fn render_prompt_left(&self) -> Cow<'_, str> {
        "".into()
    }
    fn render_prompt_right(&self) -> Cow<'_, str> {
        "".into()
    }
    fn render_prompt_indicator(&self, _mode: PromptEditMode) -> Cow<'_, str> {
        ">>> ".into()
    }
    fn render_prompt_multiline_indicator(&self) -> Cow<'_, str> {
        "... ".into()
    }
    fn render_prompt_history_search_indicator(&self, search: PromptHistorySearch) -> Cow<'_, str> {
        format!("(search: {}) ", search.term).into()
    }
}

#[cfg(test)]
mod tests {
    use super::candidates;

    #[test]
    fn completion_knows_names_methods_and_modules() {
        let names: Vec<String> =
            ["mean", "median", "linalg", "linalg.qr", "x"].map(String::from).into();
        let of = |text: &str| candidates(text, &names);
        assert_eq!(of("y = me"), [(4, "mean".into()), (4, "median".into())]);
        assert_eq!(of("x.me"), [(2, "mean".into()), (2, "median".into())]);
        assert_eq!(of("x.sh"), [(2, "shape".into())]);
        assert_eq!(of("linalg.q"), [(0, "linalg.qr".into())]);
        assert_eq!(of("whi"), [(0, "while".into())]);
        assert!(of("zzz").is_empty());
    }
}
