//! What `load` and `save` are told of tables that are text.
//!
//! Before: the values of keyword arguments. After: options, every one of them possible; whether
//! the file has such columns is for the file to say.

use crate::array::faults::{self, Outcome};
use crate::array::ops::is_any;
use crate::array::{Array, scalars};
use crate::builtin::Context;
use crate::fault::Failure;
use crate::value::{Unknown, Value};
use arr_ir::table::{self, Column, Columns, TableOptions};

/// The most lines that are skipped.
const MAX_SKIP: i64 = 1 << 40;

/// How a table is read: `delimiter`, `header`, `skip`, `columns` and `missing`, from the argument
/// at `first` on. None while one of them is not known.
pub(super) fn to_read(
    cx: &mut dyn Context,
    a: &[Value],
    first: usize,
) -> Outcome<Option<TableOptions>> {
    if a[first..first + 5].iter().any(is_unknown) {
        return Ok(None);
    }
    let header = match &a[first + 1] {
        Value::None => None,
        Value::Bool(header) => Some(*header),
        value => {
            let wanted = "true or false: whether the first row has the names of the columns";
            return Err(faults::argument(first + 1, value, wanted).into());
        }
    };
    let skip = match scalars::integer(cx, first + 2, &a[first + 2])? {
        Some(n) if (0..=MAX_SKIP).contains(&n) => n as usize,
        Some(_) => {
            let wanted = "a number of lines, from 0 on";
            return Err(faults::argument(first + 2, &a[first + 2], wanted).into());
        }
        None => return Ok(None),
    };
    let columns = match &a[first + 3] {
        Value::None => Columns::All,
        Value::Tuple(items) if items.is_empty() => {
            return Err(Failure::new("E0171", "there are no columns to read")
                .at(first + 3, "an empty tuple")
                .into());
        }
        Value::Tuple(items) => {
            let all: Outcome<_> = items.iter().map(|v| column(first + 3, v)).collect();
            Columns::Several(all?)
        }
        value => Columns::One(column(first + 3, value)?),
    };
    let missing = match &a[first + 4] {
        Value::None => vec![],
        Value::Tuple(items) => {
            items.iter().map(|v| missing(first + 4, v)).collect::<Outcome<_>>()?
        }
        value => vec![missing(first + 4, value)?],
    };
    let delimiter = delimiter(first, &a[first])?;
    Ok(Some(TableOptions { delimiter, header, skip, columns, missing }))
}

/// How a table is written: `delimiter` and `header`, from the argument at `first` on.
pub(super) fn to_write(
    array: &Array,
    a: &[Value],
    first: usize,
) -> Outcome<(Option<u8>, Option<Vec<String>>)> {
    let delimiter = delimiter(first, &a[first])?;
    let names: Vec<&Value> = match &a[first + 1] {
        Value::None => return Ok((delimiter, None)),
        Value::Tuple(items) => items.iter().collect(),
        value => vec![value],
    };
    let name = |value: &&Value| match value {
        Value::Str(text) => Ok(text.to_string()),
        Value::Unknown(Unknown::Str | Unknown::Any) => Ok(String::new()),
        value => Err(faults::argument(first + 1, value, "the names of the columns, as texts")),
    };
    let header = names.iter().map(name).collect::<Result<Vec<String>, Failure>>()?;
    let columns = match &array.dims()[..] {
        [_] => Some(1),
        [_, columns] => columns.known(),
        _ => None,
    };
    let unknown = a[first + 1..].iter().any(is_unknown);
    match columns {
        Some(n) if n != header.len() && !is_any(&a[first + 1]) => {
            let title = format!(
                "the header has {}, the array {}",
                plural(header.len(), "name"),
                plural(n, "column")
            );
            Err(Failure::new("E0171", title).at(first + 1, "").into())
        }
        _ if unknown => Ok((delimiter, None)),
        _ => Ok((delimiter, Some(header))),
    }
}

fn plural(n: usize, what: &str) -> String {
    if n == 1 { format!("{n} {what}") } else { format!("{n} {what}s") }
}

fn is_unknown(value: &Value) -> bool {
    match value {
        Value::Unknown(_) => true,
        Value::Tuple(items) => items.iter().any(|v| matches!(v, Value::Unknown(_))),
        _ => false,
    }
}

fn delimiter(position: usize, value: &Value) -> Outcome<Option<u8>> {
    match value {
        Value::None | Value::Unknown(Unknown::Str | Unknown::Any) => Ok(None),
        Value::Str(text) => match table::delimiter(text) {
            Some(byte) => Ok(Some(byte)),
            None => Err(Failure::new("E0171", "this text cannot separate fields")
                .at(position, "")
                .hint("give one character, such as \",\", \";\", \"\\t\" or \" \"")
                .into()),
        },
        value => Err(faults::argument(position, value, "one character, as text").into()),
    }
}

fn column(position: usize, value: &Value) -> Outcome<Column> {
    match value {
        Value::Int(number) => Ok(Column::Number(*number)),
        Value::Str(name) => Ok(Column::Name(name.to_string())),
        value => {
            let wanted = "columns: their numbers from 0, or their names";
            Err(faults::argument(position, value, wanted).into())
        }
    }
}

fn missing(position: usize, value: &Value) -> Outcome<String> {
    match value {
        Value::Str(text) => Ok(text.to_string()),
        Value::Int(number) => Ok(number.to_string()),
        Value::Float(number) => Ok(number.to_string()),
        value => Err(faults::argument(position, value, "texts or numbers").into()),
    }
}
