//! Shapes, dtypes and errors of a function as calls of it show them: its first example, with other
//! arrays in the place of the arrays that it is given there.

use crate::entries::Entry;
use arr::{Session, Value};
use arr_ir::dtype::DType;

/// What a call gave: its dtype and shape as text, or the code and title of the error.
type Outcome = Result<(String, String), String>;

/// The parts of a text between commas outside of brackets and quotes.
pub fn parts(text: &str) -> Vec<&str> {
    let mut parts = vec![];
    let mut start = 0;
    scan(text, |at, depth, c| {
        if depth == 0 && c == ',' {
            parts.push(text[start..at].trim());
            start = at + 1;
        }
        true
    });
    parts.push(text[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// Walks over the characters outside of quotes with the number of open brackets around them, until
/// the function says stop.
fn scan(text: &str, mut visit: impl FnMut(usize, i32, char) -> bool) {
    let (mut depth, mut quote) = (0, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), _) if q == c => quote = None,
            (Some(_), _) => continue,
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            _ => {}
        }
        if !visit(at, depth, c) {
            return;
        }
    }
}

/// The arguments of the first call of a function in a text.
fn arguments<'a>(text: &'a str, name: &str) -> Option<Vec<&'a str>> {
    let head = format!("{name}(");
    let inside = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let at = text.match_indices(&head).find(|(at, _)| !text[..*at].ends_with(inside))?.0;
    let rest = &text[at + head.len()..];
    let mut end = None;
    scan(rest, |at, depth, _| {
        end = (depth < 0).then_some(at);
        end.is_none()
    });
    Some(parts(&rest[..end?]))
}

/// The keyword of an argument, with the `=`, and its value.
fn keyword(argument: &str) -> (&str, &str) {
    match argument.split_once('=') {
        Some((name, _))
            if name.chars().all(|c| c.is_alphanumeric() || c == '_')
                && !argument[name.len()..].starts_with("==") =>
        {
            argument.split_at(name.len() + 1)
        }
        _ => ("", argument),
    }
}

/// Elementwise parameters: a number in their place may be an array as well.
const NUMBERS: &[&str] = &["x", "x1", "x2", "a", "b", "y"];

/// A function with the arguments of its first example.
pub struct Probe<'a> {
    session: &'a mut Session<'static>,
    name: String,
    arguments: Vec<String>,
    /// Which arguments are arrays, with their dtypes and the names of their parameters.
    arrays: Vec<(usize, String, String)>,
}

impl<'a> Probe<'a> {
    /// Reads the example of a function; none if it takes no arrays or has an effect.
    pub fn new(session: &'a mut Session<'static>, entry: &Entry) -> Option<Probe<'a>> {
        if entry.subject.starts_with("Files") {
            return None;
        }
        let name = entry.full_name();
        let found = entry.doc.examples.iter().find_map(|e| arguments(&e.0, &name))?;
        let names = entry.parameter_names();
        let mut arrays = vec![];
        for (i, argument) in found.iter().enumerate() {
            let (key, text) = keyword(argument);
            let named = key.trim_end_matches('=');
            let parameter = match named {
                "" => names.get(i).or(names.last()).copied().unwrap_or_default(),
                named => named,
            };
            let Ok(value) = session.eval(text) else { continue };
            let array = value.nbytes().is_some() && value.shape().is_some_and(|s| !s.is_empty());
            let number = value.dtype().is_some() && NUMBERS.contains(&parameter);
            if array || number {
                let dtype = value.dtype().unwrap_or_default().to_string();
                arrays.push((i, dtype, parameter.to_string()));
            }
        }
        if arrays.is_empty() {
            return None;
        }
        let arguments = found.iter().map(|a| a.to_string()).collect();
        Some(Probe { session, name, arguments, arrays })
    }

    fn eval(&mut self, text: &str) -> Outcome {
        match self.session.eval(text) {
            Ok(value) => Ok((dtypes_of(&value), shapes_of(&value))),
            Err(error) => Err(format!("`{}`: {}", error.code(), error.message())),
        }
    }

    /// Calls the function with some of its array arguments (places in `arrays`) replaced, and with
    /// one more argument.
    fn call(
        &mut self,
        replaced: &[usize],
        more: &str,
        by: impl Fn(&str, &str) -> String,
    ) -> Outcome {
        let name = more.split('=').next().unwrap_or_default();
        let mut arguments = self.arguments.clone();
        for &k in replaced {
            let (i, dtype, _) = &self.arrays[k];
            let (key, text) = keyword(&self.arguments[*i]);
            arguments[*i] = format!("{key}{}", by(text, dtype));
        }
        arguments.retain(|a| name.is_empty() || !a.starts_with(&format!("{name}=")));
        if !more.is_empty() {
            arguments.push(more.to_string());
        }
        self.eval(&format!("{}({})", self.name, arguments.join(", ")))
    }

    /// Which arguments to replace: all arrays, the first, or all but the first, whichever works.
    fn choices(&self) -> Vec<Vec<usize>> {
        let all: Vec<usize> = (0..self.arrays.len()).collect();
        vec![all.clone(), vec![0], all[1..].to_vec()]
    }

    /// The names of arguments as text.
    fn names(&self, places: &[usize]) -> String {
        let names: Vec<String> =
            places.iter().map(|&k| format!("`{}`", self.arrays[k].2)).collect();
        names.join(", ")
    }

    /// What the dtype of the result is for each dtype of the arrays, and which are refused.
    pub fn dtypes(&mut self) -> Option<(String, Vec<String>)> {
        let cast = |d: &str| {
            let d = d.to_string();
            move |text: &str, _: &str| format!("astype(asarray({text}), {d})")
        };
        let choices = self.choices();
        let mut works = |dtype: &str| {
            let ok = |c: &&Vec<usize>| !c.is_empty() && self.call(c, "", cast(dtype)).is_ok();
            choices.iter().find(ok).cloned()
        };
        let chosen = works("float64").or_else(|| works("int64")).or_else(|| works("bool"))?;
        let mut given: Vec<(String, Vec<&str>)> = vec![];
        let mut refused: Vec<(String, Vec<&str>)> = vec![];
        for dtype in DType::ALL.map(DType::name) {
            // A dtype that no array can have here says nothing of this function.
            if self.session.eval(&format!("astype([1], {dtype})")).is_err() {
                continue;
            }
            let (groups, key) = match self.call(&chosen, "", cast(dtype)) {
                Ok((dtype, _)) => (&mut given, dtype),
                Err(error) => (&mut refused, error),
            };
            match groups.iter_mut().find(|g| g.0 == key) {
                Some(group) => group.1.push(dtype),
                None => groups.push((key, vec![dtype])),
            }
        }
        let what = self.names(&chosen);
        let unchanged = given.iter().all(|(to, from)| from.len() == 1 && from[0] == to);
        let text = match given.as_slice() {
            _ if unchanged => format!("The result has the dtype of {what}."),
            [(to, _)] if !to.is_empty() => format!("The result is {to}, whatever {what} is."),
            [_] => String::new(),
            _ => {
                let line =
                    |(to, from): &(String, Vec<&str>)| format!("| {} | {to} |\n", from.join(", "));
                let lines: String = given.iter().map(line).collect();
                format!("| {what} | result |\n|---|---|\n{lines}")
            }
        };
        let refused =
            refused.iter().map(|(why, which)| format!("{what} of {}: {why}", which.join(", ")));
        Some((text, refused.collect()))
    }

    /// The shape of the result for some shapes of the arrays.
    pub fn shapes(&mut self) -> Option<String> {
        const SHAPES: [(&str, usize); 4] =
            [("(5,)", 5), ("(3, 4)", 12), ("(4, 4)", 16), ("(2, 3, 4)", 24)];
        let mut best: (Vec<usize>, Vec<(&str, String)>) = (vec![], vec![]);
        for choice in self.choices().into_iter().filter(|c| !c.is_empty()) {
            let mut lines: Vec<(&str, String)> = vec![];
            for (shape, n) in SHAPES {
                let made = format!("reshape(iota({n}) * iota({n}) % 7 + 1, {shape})");
                let by = |_: &str, dtype: &str| format!("astype({made}, {dtype})");
                if shape == "(4, 4)" && lines.last().is_some_and(|l| l.0 == "(3, 4)") {
                    continue;
                }
                if let Ok((_, result)) = self.call(&choice, "", by) {
                    lines.push((shape, result));
                }
            }
            if lines.len() > best.1.len() {
                best = (choice, lines);
            }
        }
        let (choice, lines) = best;
        let what = self.names(&choice);
        if lines.is_empty() || lines.iter().all(|l| l.1.is_empty()) {
            return None;
        }
        if lines.iter().all(|(from, to)| from == to) {
            return Some(format!("The result has the shape of {what}."));
        }
        let lines: String = lines.iter().map(|(from, to)| format!("| {from} | {to} |\n")).collect();
        Some(format!(
            "With the other arguments of the example:\n\n| {what} | result |\n|---|---|\n{lines}"
        ))
    }

    /// Errors of arguments that cannot be right.
    pub fn errors(&mut self, parameters: &[&str]) -> Vec<String> {
        let mut errors = vec![];
        let mut note = |what: String, outcome: Outcome| {
            if let Err(error) = outcome {
                errors.push(format!("{what}: {error}"));
            }
        };
        let first = self.names(&[0]);
        note(format!("text as {first}"), self.call(&[0], "", |_, _| "\"text\"".into()));
        if parameters.contains(&"axis") {
            note("`axis=99`".into(), self.call(&[], "axis=99", |_, _| String::new()));
        }
        let empty = self.call(&[0], "", |_, dtype| format!("zeros(0, dtype={dtype})"));
        note(format!("no elements in {first}"), empty);
        errors
    }
}

/// The dtype and shape of what the first example of a function gives, in a sentence each.
pub fn of_example(session: &mut Session<'static>, entry: &Entry) -> (String, String) {
    const NO_ARRAY: &str = "The result is no array.";
    if entry.subject.starts_with("Files") {
        return ("See the meaning.".into(), "See the meaning.".into());
    }
    let name = entry.full_name();
    let call = entry.doc.examples.iter().find_map(|e| arguments(&e.0, &name));
    let Some(call) = call.map(|a| format!("{name}({})", a.join(", "))) else {
        return (NO_ARRAY.into(), NO_ARRAY.into());
    };
    match session.eval(&call) {
        Ok(value) if value.nbytes().is_some() || value.items().is_some_and(|v| !v.is_empty()) => (
            format!("`{call}` gives {}.", dtypes_of(&value)),
            format!("`{call}` has the shape {}.", shapes_of(&value)),
        ),
        _ => (NO_ARRAY.into(), NO_ARRAY.into()),
    }
}

fn dtypes_of(value: &Value) -> String {
    match value.items() {
        Some(items) => format!("({})", items.iter().map(dtypes_of).collect::<Vec<_>>().join(", ")),
        None => value.dtype().unwrap_or_default().to_string(),
    }
}

fn shapes_of(value: &Value) -> String {
    let items: Vec<String> = match (value.items(), value.shape()) {
        (Some(items), _) => return items.iter().map(shapes_of).collect::<Vec<_>>().join(" and "),
        (None, Some(shape)) => shape.iter().map(ToString::to_string).collect(),
        (None, None) => return String::new(),
    };
    match items.as_slice() {
        [one] => format!("({one},)"),
        more => format!("({})", more.join(", ")),
    }
}
