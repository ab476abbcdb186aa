//! What a file holds, in words.

use arr_compiler::format::escape_control;
use arr_storage::{Attributes, OpenOptions, StorageError};
use std::fmt::Write;

/// Attributes that are shown, and characters of each.
const MAX_ATTRIBUTES: usize = 40;
const MAX_TEXT: usize = 160;

/// The arrays of a file, a line each, with their attributes below; no elements are read.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn info(path: &str, options: &OpenOptions) -> Result<String, StorageError> {
    let info = arr_storage::info(path, options)?;
    let mut out = format!("{}: {} file", escape_control(path), info.format);
    for (name, attributes) in &info.groups {
        if !name.is_empty() {
            let _ = write!(out, "\n  group {}", escape_control(name));
        }
        list(&mut out, attributes, "    ");
    }
    for array in &info.arrays {
        let sizes: Vec<String> = array.shape.iter().map(usize::to_string).collect();
        let dtype = array.dtype.map_or("unreadable", |d| d.name());
        out.push_str("\n  ");
        if !array.name.is_empty() {
            let _ = write!(out, "{}: ", escape_control(&array.name));
        }
        let _ = write!(out, "{dtype}[{}]", sizes.join(", "));
        if let Some(chunks) = &array.chunks {
            let sizes: Vec<String> = chunks.iter().map(usize::to_string).collect();
            let _ = write!(out, ", chunks of {}", sizes.join(" x "));
        }
        if !array.codecs.is_empty() {
            let _ = write!(out, ", {}", escape_control(&array.codecs.join(", ")));
        }
        if !array.note.is_empty() {
            let _ = write!(out, " ({})", escape_control(&array.note));
        }
        list(&mut out, &array.attributes, "    ");
    }
    Ok(out)
}

fn list(out: &mut String, attributes: &Attributes, indent: &str) {
    for (name, value) in attributes.0.iter().take(MAX_ATTRIBUTES) {
        let _ = write!(out, "\n{indent}{} = {}", escape_control(name), short(&text(value)));
    }
    if attributes.0.len() > MAX_ATTRIBUTES {
        let _ = write!(out, "\n{indent}and {} more", attributes.0.len() - MAX_ATTRIBUTES);
    }
}

fn text(value: &arr_storage::Value) -> String {
    use arr_storage::Value::*;
    match value {
        Null => "none".into(),
        Bool(v) => v.to_string(),
        Int(v) => v.to_string(),
        Float(v) => v.to_string(),
        Text(v) => v.clone(),
        List(values) => {
            let shown: Vec<String> = values.iter().take(16).map(text).collect();
            let more = if values.len() > 16 { ", ..." } else { "" };
            format!("[{}{more}]", shown.join(", "))
        }
        Map(fields) => {
            let shown = fields.0.iter().take(16).map(|(n, v)| format!("{n}: {}", text(v)));
            format!("{{{}}}", shown.collect::<Vec<_>>().join(", "))
        }
    }
}

fn short(text: &str) -> String {
    let text = escape_control(text);
    match text.chars().count() > MAX_TEXT {
        true => text.chars().take(MAX_TEXT).chain("...".chars()).collect(),
        false => text,
    }
}
