//! Text: its letters, its parts, and texts joined to one.

use super::args::{self, MAX_ITEMS, Result};
use crate::array::faults::{self, Outcome};
use crate::array::scalars::integer;
use crate::builtin::Context;
use crate::fault::Failure;
use crate::value::{Unknown, Value};
use std::rc::Rc;

rows! {
    "upper" ("x") upper, true, "A text in capital letters." "upper(\"abc\")" => "ABC";
    "lower" ("x") lower, true, "A text in small letters." "lower(\"ABC\")" => "abc";
    "strip" ("x, chars=none") strip, true,
        "A text without spaces and line ends at both ends, or without the characters of `chars` there."
        "strip(\"  a b \")" => "a b";
    "lstrip" ("x, chars=none") lstrip, true,
        "A text without spaces and line ends at its beginning, see strip." "lstrip(\"..a.\", \".\")" => "a.";
    "rstrip" ("x, chars=none") rstrip, true,
        "A text without spaces and line ends at its end, see strip." "rstrip(\"..a.\", \".\")" => "..a";
    "replace" ("x, old, new, count=-1") replace, true,
        "A text with another one in place of a part of it, wherever the part stands, or the first `count` times."
        "replace(\"a-b-c\", \"-\", \"+\")" => "a+b+c";
    "starts_with" ("x, prefix") starts_with, true,
        "Whether a text begins with another one, or with one of a tuple." "starts_with(\"data.npy\", \"data\")" => "True";
    "ends_with" ("x, suffix") ends_with, true,
        "Whether a text ends with another one, or with one of a tuple." "ends_with(\"data.npy\", (\".npy\", \".npz\"))" => "True";
    "find" ("x, part") find, true,
        "Where a text first has another one in it, counted in characters; -1 if it has not."
        "find(\"data.npy\", \".\")" => "4";
    "join" ("separator, []parts") join, true,
        "The texts of a tuple, or of the list between brackets, with a separator between them."
        "join(\", \", (\"a\", \"b\"))" => "a, b";
    "_is_text" ("x") is_text, false, "Whether it is a text." "_is_text(\"a\")" => "True";
    "_parts" ("x, separator=none, most=none") parts, false,
        "The parts of a text between separators, or between spaces and line ends, as a tuple."
        "_parts(\"a b\")" => "('a', 'b')";
}

/// The most bytes of a text that `replace` and `join` make.
const MAX_BYTES: usize = 1 << 24;

/// What a function of one text makes of it.
fn of_text(a: &[Value], f: impl FnOnce(&str) -> Value, unknown: Unknown) -> Result {
    Ok(args::text(a, 0)?.map_or(Value::Unknown(unknown), |text| f(&text)))
}

fn upper(_: &mut dyn Context, a: &[Value]) -> Result {
    of_text(a, |text| Value::text(&text.to_uppercase()), Unknown::Str)
}

fn lower(_: &mut dyn Context, a: &[Value]) -> Result {
    of_text(a, |text| Value::text(&text.to_lowercase()), Unknown::Str)
}

fn strip(_: &mut dyn Context, a: &[Value]) -> Result {
    stripped(a, true, true)
}

fn lstrip(_: &mut dyn Context, a: &[Value]) -> Result {
    stripped(a, true, false)
}

fn rstrip(_: &mut dyn Context, a: &[Value]) -> Result {
    stripped(a, false, true)
}

fn stripped(a: &[Value], front: bool, back: bool) -> Result {
    let chars = match &a[1] {
        Value::None => None,
        _ => match args::text(a, 1)? {
            Some(chars) => Some(chars),
            None => return Ok(Value::Unknown(Unknown::Str)),
        },
    };
    let drop = |c: char| match &chars {
        Some(chars) => chars.contains(c),
        None => c.is_whitespace(),
    };
    let cut = |text: &str| {
        let text = if front { text.trim_start_matches(drop) } else { text };
        Value::text(if back { text.trim_end_matches(drop) } else { text })
    };
    of_text(a, cut, Unknown::Str)
}

fn replace(cx: &mut dyn Context, a: &[Value]) -> Result {
    let (text, old, new) = (args::text(a, 0)?, args::text(a, 1)?, args::text(a, 2)?);
    let count = integer(cx, 3, &a[3])?;
    let (Some(text), Some(old), Some(new), Some(count)) = (text, old, new, count) else {
        return Ok(Value::Unknown(Unknown::Str));
    };
    let most = usize::try_from(count).unwrap_or(usize::MAX);
    let found = text.matches(&*old).take(most).count();
    short_enough(found.saturating_mul(new.len()).saturating_add(text.len()))?;
    Ok(Value::text(&text.replacen(&*old, &new, most)))
}

/// Refuses a text of more bytes than a text can have.
fn short_enough(bytes: usize) -> Outcome<()> {
    match bytes > MAX_BYTES {
        true => Err(Failure::new("E0165", format!("a text of {bytes} bytes is too long")).into()),
        false => Ok(()),
    }
}

fn starts_with(_: &mut dyn Context, a: &[Value]) -> Result {
    any_of(a, |text, part| text.starts_with(part))
}

fn ends_with(_: &mut dyn Context, a: &[Value]) -> Result {
    any_of(a, |text, part| text.ends_with(part))
}

/// Whether a text passes a test with another one, or with one of a tuple.
fn any_of(a: &[Value], test: impl Fn(&str, &str) -> bool) -> Result {
    let parts = match &a[1] {
        Value::Tuple(items) => items.to_vec(),
        part => vec![part.clone()],
    };
    let text = args::text(a, 0)?;
    let mut all_known = true;
    for part in parts {
        match (&text, args::text(&[a[0].clone(), part], 1)?) {
            (Some(text), Some(part)) if test(text, &part) => return Ok(Value::Bool(true)),
            (Some(_), Some(_)) => {}
            _ => all_known = false,
        }
    }
    Ok(if all_known { Value::Bool(false) } else { Value::Unknown(Unknown::Bool) })
}

fn find(_: &mut dyn Context, a: &[Value]) -> Result {
    let (Some(text), Some(part)) = (args::text(a, 0)?, args::text(a, 1)?) else {
        return Ok(Value::Unknown(Unknown::Int));
    };
    let place = text.find(&*part).map(|bytes| text[..bytes].chars().count());
    Ok(Value::Int(place.map_or(-1, |place| place as i64)))
}

fn join(_: &mut dyn Context, a: &[Value]) -> Result {
    let separator = args::text(a, 0)?;
    let texts = match &a[1] {
        Value::Tuple(items) => items.iter().enumerate().map(|(i, v)| one_of(a, i, v)).collect(),
        Value::Str(text) => Ok(text.chars().map(|c| Some(c.to_string().into())).collect()),
        Value::Unknown(Unknown::Any | Unknown::Str) => Ok(vec![None]),
        value => Err(not_texts(value)),
    };
    let texts: Option<Vec<Rc<str>>> =
        texts.map(|t: Vec<Option<Rc<str>>>| t.into_iter().collect())?;
    let (Some(separator), Some(texts)) = (separator, texts) else {
        return Ok(Value::Unknown(Unknown::Str));
    };
    let between = separator.len().saturating_mul(texts.len());
    short_enough(texts.iter().map(|t| t.len()).fold(between, usize::saturating_add))?;
    Ok(Value::text(&texts.join(&*separator)))
}

/// A text to be joined; none when not known.
fn one_of(a: &[Value], i: usize, value: &Value) -> Outcome<Option<Rc<str>>> {
    match args::text(&[a[0].clone(), value.clone()], 1) {
        Ok(text) => Ok(text),
        Err(_) => {
            let title = format!("part {i} is no text but {}", value.type_text());
            Err(Failure::new("E0171", title).at(1, "").hint(WRITE_OUT).into())
        }
    }
}

const WRITE_OUT: &str = "texts are joined: str(x) or f\"{x:.3f}\" makes a text of a number, \
                         and [str(v) for v in x] of each";

fn not_texts(value: &Value) -> crate::fault::Fault {
    faults::argument(1, value, "a tuple of texts").hint(WRITE_OUT).into()
}

fn is_text(_: &mut dyn Context, a: &[Value]) -> Result {
    Ok(match &a[0] {
        Value::Unknown(Unknown::Any) => Value::Unknown(Unknown::Bool),
        value => Value::Bool(matches!(value, Value::Str(_) | Value::Unknown(Unknown::Str))),
    })
}

fn parts(cx: &mut dyn Context, a: &[Value]) -> Result {
    let Some(text) = args::text(a, 0)? else { return Ok(Value::ANY) };
    let most = match &a[2] {
        Value::None => usize::MAX,
        _ => match integer(cx, 2, &a[2])? {
            Some(most) => usize::try_from(most).unwrap_or(usize::MAX),
            None => return Ok(Value::ANY),
        },
    };
    let found: Vec<Value> = match &a[1] {
        Value::None => words(&text, most),
        _ => match args::text(a, 1)? {
            Some(separator) if separator.is_empty() => {
                return Err(Failure::new("E0171", "a separator has at least one character")
                    .at(1, "")
                    .hint("tuple(x) gives the characters of a text")
                    .into());
            }
            Some(separator) => {
                text.splitn(most.saturating_add(1), &*separator).map(Value::text).collect()
            }
            None => return Ok(Value::ANY),
        },
    };
    match found.len() > MAX_ITEMS {
        true => Err(Failure::new("E0165", "a tuple of so many parts is too long").into()),
        false => Ok(Value::tuple(found)),
    }
}

/// The words of a text: `most` of them, and the rest if there is one.
fn words(text: &str, most: usize) -> Vec<Value> {
    let mut rest = text.trim_start();
    let mut found = vec![];
    while !rest.is_empty() {
        let end = match found.len() < most {
            true => rest.find(char::is_whitespace).unwrap_or(rest.len()),
            false => rest.len(),
        };
        found.push(Value::text(&rest[..end]));
        rest = rest[end..].trim_start();
    }
    found
}
