//! What reaches outside: files, output, and when things are computed.

use super::args::{self, Result};
use super::tables;
use crate::array::create::to_array;
use crate::array::faults::{self, Outcome};
use crate::array::{Array, interleaved, selection};
use crate::builtin::{Context, Saved};
use crate::host::{Origin, Target};
use crate::value::{Unknown, Value};
use arr_ir::shape::dims_of;
use std::rc::Rc;

rows! {
    "load" ("path, name=none, along=none, *, delimiter=none, header=none, skip=0, []columns=none, []missing=none") load, false,
        "The array in a file, or the one of this name in a file with several; what the file says of it is read now, its elements when they are needed. A path with wildcards joins the arrays of several files, in the order of their names, along the dimension `along` (its name, or its number; the first one if none is given). For a table in a text file, `delimiter` is the character between fields, `header` says whether the first row has the names of the columns, and `skip` how many lines come before it; without them the file decides. `columns` chooses columns, one or several, by their numbers from 0 or their names, and `missing` is what stands for NaN besides nothing, `NA` and the like. A table of one column gives an array of one dimension, and so does one number or name for `columns`; several in brackets give two."
        "load(\"x.npy\").shape" => "(3,)";
    "save" ("path, x, name=none, chunks=none, compression=none, *, delimiter=none, []header=none") save, true,
        "Writes an array to a file, whole or not at all. The format follows from the extension; for those that hold several arrays, are stored in chunks or can be compressed, `name`, `chunks` (a shape) and `compression` (`\"zstd\"`, `\"zstd:19\"`, `\"gzip\"`) say how. For a table in a text file, `delimiter` is the character between fields, and `header` the names of the columns." "save(\"x.npy\", [1, 2, 3])" => "";
    "info" ("path") info, false,
        "What a file holds, as text: its arrays with their names, dtypes, shapes, chunks and attributes. No elements are read."
        "print(info(\"x.npy\"))" => "x.npy: NumPy file\n  int64[3]";
    "print" ("*values, sep=\" \", end=\"\\n\"") print, false,
        "Writes the texts of values." "print(1, 2)" => "1 2";
    "compute" ("*values") compute, true,
        "Computes arrays together, so that they share work; gives them back." "compute(sum([1, 2]))" => "3";
    "persist" ("x") persist, true,
        "Computes an array now and keeps it." "persist(sum([1, 2]))" => "3";
    "timeit" ("f, repeat=5") timeit, false,
        "The least, median and greatest seconds that calling a function and computing its result takes."
        "timeit(fn() = 1).min >= 0" => "True";
}

fn load(cx: &mut dyn Context, a: &[Value]) -> Result {
    let Some(path) = args::text(a, 0)? else { return Ok(Value::ANY) };
    let text = |i: usize| match &a[i] {
        Value::None => Ok(Some(None)),
        Value::Int(n) if i == 2 => Ok(Some(Some(n.to_string().into()))),
        Value::Unknown(_) => Ok(None),
        _ => args::text(a, i).map(Some),
    };
    let (Some(name), Some(along)) = (text(1)?, text(2)?) else { return Ok(Value::ANY) };
    let Some(table) = tables::to_read(cx, a, 3)? else { return Ok(Value::ANY) };
    if cx.checking()
        && let Some(saved) = cx.saved(&path, name.as_deref())
    {
        return Ok(match saved {
            Saved::Array(array) if cx.host().keeps_type(&path) => Value::Array(array),
            _ => Value::ANY,
        });
    }
    let from =
        Origin { path: &path, name: name.as_deref(), along: along.as_deref(), table: Some(&table) };
    let opened = cx.host().open(&from)?;
    Ok(Value::Array(match cx.checking() {
        true => Array::abstract_of(opened.dtype, dims_of(&opened.shape)),
        false => Array::from_handle(opened.handle, opened.dtype, opened.shape),
    }))
}

fn info(cx: &mut dyn Context, a: &[Value]) -> Result {
    let Some(path) = args::text(a, 0)? else { return Ok(Value::Unknown(Unknown::Str)) };
    if cx.checking() {
        return Ok(Value::Unknown(Unknown::Str));
    }
    Ok(Value::text(&cx.host().info(&path)?))
}

fn save(cx: &mut dyn Context, a: &[Value]) -> Result {
    let swapped = !is_path(&a[0]) && is_path(&a[1]);
    let (path, value) = if swapped { (&a[1], &a[0]) } else { (&a[0], &a[1]) };
    let path = args::text(std::slice::from_ref(path), 0)?;
    known!(value);
    let array = to_array(cx, 1, value)?;
    let text = |i: usize| match &a[i] {
        Value::None => Ok(None),
        _ => args::text(a, i),
    };
    let (name, compression) = (text(2)?, text(4)?);
    let chunks = match &a[3] {
        Value::None => None,
        chunks => crate::array::create::shape_arg(cx, 3, chunks)?,
    };
    if let Some(chunks) = &chunks {
        let positive = chunks.iter().all(|d| d.known() != Some(0));
        if chunks.len() != array.dims().len() || !positive {
            let wanted = format!("a shape of {} sizes, none of them 0", array.dims().len());
            return Err(faults::argument(3, &a[3], &wanted).into());
        }
    }
    let (delimiter, header) = tables::to_write(&array, a, 5)?;
    let Some(path) = path else { return Ok(Value::None) };
    let [name, compression] = [name, compression].map(|t| t.as_deref().map(str::to_owned));
    let chunks = chunks.and_then(|c| arr_ir::shape::known_shape(&c));
    let target = Target { path: path.to_string(), name, chunks, compression, delimiter, header };
    if cx.checking() {
        let sizes: Vec<Option<usize>> = array.dims().iter().map(|d| d.known()).collect();
        cx.host().accepts(&target, array.dtype(), &sizes)?;
        cx.note_saved(&path, target.name.as_deref(), &array);
        return Ok(Value::None);
    }
    let stored = interleaved(&array)?;
    cx.save(&stored, &target, array.dtype())?;
    Ok(Value::None)
}

fn is_path(value: &Value) -> bool {
    matches!(value, Value::Str(_) | Value::Unknown(Unknown::Str))
}

fn print(cx: &mut dyn Context, a: &[Value]) -> Result {
    let Value::Tuple(values) = &a[0] else { return Ok(Value::None) };
    let (separator, end) = (args::text(a, 1)?, args::text(a, 2)?);
    let (Some(separator), Some(end)) = (separator, end) else { return Ok(Value::None) };
    if cx.checking() {
        return Ok(Value::None);
    }
    force(cx, values)?;
    let mut text = String::new();
    for (i, value) in values.iter().enumerate() {
        if i > 0 {
            text.push_str(&separator);
        }
        text.push_str(&cx.text(value)?);
    }
    text.push_str(&end);
    cx.host().print(&text)?;
    Ok(Value::None)
}

/// Computes all arrays inside values together.
fn force(cx: &mut dyn Context, values: &[Value]) -> Outcome<()> {
    let mut arrays = Vec::new();
    for value in values {
        collect(value, &mut arrays);
    }
    if arrays.is_empty() || cx.checking() {
        return Ok(());
    }
    cx.compute(&arrays)
}

/// The arrays inside a value that are not computed yet.
fn collect(value: &Value, arrays: &mut Vec<Array>) {
    match value {
        Value::Array(array) if !array.is_ready() => arrays.push(array.clone()),
        Value::Tuple(items) => items.iter().for_each(|v| collect(v, arrays)),
        Value::Record(fields) => fields.iter().for_each(|(_, v)| collect(v, arrays)),
        _ => {}
    }
}

fn compute(cx: &mut dyn Context, a: &[Value]) -> Result {
    let Value::Tuple(values) = &a[0] else { return Ok(Value::ANY) };
    force(cx, values)?;
    Ok(match &values[..] {
        [] => Value::None,
        [value] => value.clone(),
        _ => a[0].clone(),
    })
}

fn persist(cx: &mut dyn Context, a: &[Value]) -> Result {
    force(cx, &a[..1])?;
    Ok(a[0].clone())
}

fn timeit(cx: &mut dyn Context, a: &[Value]) -> Result {
    let repeat = crate::array::scalars::integer(cx, 1, &a[1])?;
    if !a[0].is_function() && !matches!(a[0], Value::Unknown(Unknown::Any)) {
        return Err(faults::argument(0, &a[0], "a function without parameters")
            .hint("write timeit(fn() = ...)")
            .into());
    }
    if cx.checking() {
        if a[0].is_function() {
            cx.call(&a[0], &[], &[])?;
        }
        let unknown = Value::Unknown(Unknown::Float);
        return Ok(timings(unknown.clone(), unknown.clone(), unknown));
    }
    let repeat = repeat.unwrap_or(5);
    if !(1..=1_000_000).contains(&repeat) {
        return Err(faults::argument(1, &a[1], "a number of repetitions from 1 on").into());
    }
    let at = cx.site();
    let repeat = cx.host().timing(repeat as usize);
    let mut seconds = Vec::with_capacity(repeat);
    for _ in 0..repeat {
        let start = cx.host().seconds();
        let result = cx.call(&a[0], &[], &[])?;
        let result = selection::settled(cx, &result)?;
        force(cx, &[result])?;
        seconds.push(cx.host().seconds() - start);
    }
    cx.host().timed(at, &seconds);
    seconds.sort_by(f64::total_cmp);
    let middle = (seconds[(seconds.len() - 1) / 2] + seconds[seconds.len() / 2]) / 2.0;
    let (least, greatest) = (seconds[0], seconds[seconds.len() - 1]);
    Ok(timings(Value::Float(least), Value::Float(middle), Value::Float(greatest)))
}

fn timings(min: Value, median: Value, max: Value) -> Value {
    let names = ["min", "median", "max"].map(Rc::from);
    Value::Record(Rc::new(names.into_iter().zip([min, median, max]).collect()))
}
