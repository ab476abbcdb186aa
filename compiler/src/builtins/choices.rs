//! Functions of several arrays that are computed by the standard library: they stand here because
//! a bracket literal that is given to them is read as the list of its elements.

use super::args::{self, Result};
use super::shaping::concatenated;
use crate::array::elementwise::elementwise;
use crate::array::faults::{self, Outcome};
use crate::array::ops::is_any;
use crate::array::{Array, build, selection};
use crate::builtin::Context;
use crate::fault::Failure;
use crate::value::Value;
use arr_ir::op::MapOp;

rows! {
    "where" ("condition, x1=none, x2=none") choice, true,
        "The second where the first is true, else the third; of a condition alone, the positions where it is true (see nonzero)."
        "where([true, false], [1, 2], [3, 4])" => "[1 4]";
    "callable" ("x") callable, false,
        "Whether a value is a function." "callable(sin)" => "True";
    "block" ("[[]]arrays") block, false,
        "An array put together from nested lists of blocks: the innermost lists side by side along the last axis, the lists around them along the axis before it, and so on. Blocks get leading axes as needed.\nErrors: lists of different depth; blocks whose sizes do not match."
        "block([[eye(2), zeros((2, 1))]])" => "[[1. 0. 0.]\n [0. 1. 0.]]";
    "append" ("x, values, axis=none") append, false,
        "Values put after the array along an axis; without one, both are flattened first.\nDtypes: what both have in common."
        "append([1, 2], [3, 4])" => "[1 2 3 4]";
    "insert" ("x, indices, values, axis=none") insert, false,
        "The array with values before the positions along an axis (none: of the flattened array). One position takes any number of slices, several take one slice each, or one for all.\nDtypes: that of `x`.\nErrors: positions outside the axis; values that `x` cannot hold."
        "insert([[1, 2], [3, 4]], [0, 2], [[8], [9]], axis=1)" => "[[8 1 2 8]\n [9 3 4 9]]";
    "resize" ("x, []new_shape") resize, false,
        "The elements of the array, repeated from the start as needed, in another shape."
        "resize([1, 2, 3], (2, 4))" => "[[1 2 3 1]\n [2 3 1 2]]";
    "compress" ("condition, x, axis=none") compress, false,
        "The slices along an axis (none: the elements of the flattened array) where a vector of conditions is not zero; the vector may be shorter."
        "compress([false, true], [[1, 2], [3, 4]], axis=0)" => "[[3 4]]";
    "piecewise" ("x, []conditions, []functions, *args") piecewise, true,
        "Each function of a list applied where the condition beside it is true, the last condition that holds; one more function than conditions is for the rest, else 0. A number may stand for a function that gives it. More arguments are passed on to every function.\nDtypes: that of `x`."
        "piecewise([-1.0, 2.0], [[true, false]], [fn(v) = -v, fn(v) = v * v])" => "[1. 4.]";
    "select" ("[]conditions, []choices, default=0") select, false,
        "Where the conditions of a list are true, the elements of the choices beside them: the first true one counts, `default` if there is none."
        "select([[true, false], [true, false]], [[1, 2], [3, 4]], 9)" => "[1 9]";
    "choose" ("x, []choices, mode=\"raise\"") choose, true,
        "The elements of the array of a list that `x` names by its number. `mode` says what numbers out of range mean: raise (an error), wrap (counted round), clip (the nearest)."
        "choose([0, 1, 0], [[1, 2, 3], [10, 20, 30]])" => "[ 1 20  3]";
}

/// What a function of the standard library makes of the arguments.
pub(super) fn library(cx: &mut dyn Context, name: &str, a: &[Value]) -> Result {
    match cx.named(name) {
        Some(function) => cx.call(&function, a, &[]),
        None => Ok(Value::ANY),
    }
}

fn choice(cx: &mut dyn Context, a: &[Value]) -> Result {
    match (&a[1], &a[2]) {
        (Value::None, Value::None) => {
            let condition = selection::settled(cx, &a[0])?;
            super::ordering::nonzero(cx, &[condition])
        }
        (Value::None, _) | (_, Value::None) => {
            Err(Failure::new("E0109", "`where` takes a condition alone, or with two choices")
                .note("it is where(condition), or where(condition, x1, x2)")
                .into())
        }
        _ => elementwise(cx, MapOp::Select, a),
    }
}

fn callable(_: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    Ok(Value::Bool(a[0].is_function()))
}

fn append(cx: &mut dyn Context, a: &[Value]) -> Result {
    library(cx, "_append", a)
}

fn insert(cx: &mut dyn Context, a: &[Value]) -> Result {
    library(cx, "_insert", a)
}

fn resize(cx: &mut dyn Context, a: &[Value]) -> Result {
    library(cx, "_resize", a)
}

fn compress(cx: &mut dyn Context, a: &[Value]) -> Result {
    library(cx, "_compress", a)
}

fn piecewise(cx: &mut dyn Context, a: &[Value]) -> Result {
    library(cx, "_piecewise", a)
}

fn select(cx: &mut dyn Context, a: &[Value]) -> Result {
    library(cx, "_select", a)
}

fn choose(cx: &mut dyn Context, a: &[Value]) -> Result {
    library(cx, "_choose", a)
}

/// How deep lists are nested: the same everywhere, or an error; none when not known.
fn depth(value: &Value) -> Outcome<Option<usize>> {
    let Value::Tuple(items) = value else { return Ok((!is_any(value)).then_some(0)) };
    let mut common = None;
    for item in items.iter() {
        let Some(own) = depth(item)? else { return Ok(None) };
        if common.is_some_and(|c| c != own) {
            return Err(Failure::new("E0171", "the lists of blocks are not equally deep")
                .at(0, value.type_text())
                .hint("an array in brackets is a list of one block: write `x`, or `[x]`, for all")
                .into());
        }
        common = Some(own);
    }
    match common {
        Some(depth) => Ok(Some(depth + 1)),
        None => Err(faults::argument(0, value, "at least one block").into()),
    }
}

/// The most dimensions of a block.
fn rank(cx: &mut dyn Context, value: &Value) -> Outcome<usize> {
    match value {
        Value::Tuple(items) => {
            let mut most = 0;
            for item in items.iter() {
                most = most.max(rank(cx, item)?);
            }
            Ok(most)
        }
        block => Ok(args::array(cx, std::slice::from_ref(block), 0)?.ndim()),
    }
}

/// Blocks of `rank` dimensions joined: the innermost lists along the last axis.
fn joined(cx: &mut dyn Context, value: &Value, depth: usize, rank: usize) -> Outcome<Array> {
    let Value::Tuple(items) = value else {
        let block = args::array(cx, std::slice::from_ref(value), 0)?;
        let leading: Vec<usize> = (0..rank - block.ndim()).collect();
        return build::expand(&block, &leading);
    };
    let mut parts = vec![];
    for item in items.iter() {
        parts.push(joined(cx, item, depth - 1, rank)?);
    }
    concatenated(cx, &parts, rank - depth, None)
}

fn block(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    let Some(depth) = depth(&a[0])? else { return Ok(Value::ANY) };
    let rank = rank(cx, &a[0])?.max(depth);
    joined(cx, &a[0], depth, rank).map(Value::Array)
}
