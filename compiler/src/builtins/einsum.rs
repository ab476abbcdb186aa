//! Einstein sums: subscripts, the order in which operands are combined, and products of two.
//!
//! The subscripts name every axis of every operand; a label of several axes runs along all of
//! them, and a label that the result lacks is summed over. Two operands at a time are combined: as
//! a batched matrix product where a label is summed, else elementwise.

use super::args::{self, Result};
use super::reductions::fold;
use super::subscripts::{Label, Subscripts, order, parse};
use crate::array::contract::matmul;
use crate::array::elementwise::elementwise;
use crate::array::faults::{self, Outcome};
use crate::array::ops::array_type;
use crate::array::{Array, build};
use crate::builtin::Context;
use crate::fault::Failure;
use crate::value::{Unknown, Value};
use arr_ir::dtype::DType;
use arr_ir::op::{FoldOp, MapOp};
use arr_ir::shape::{Dim, DimMap, Dims, IndexMap, checked_count};
use rustc_hash::FxHashMap;

rows! {
    "einsum" ("subscripts, *operands, dtype=none") einsum, false,
        "The sum of products that the subscripts describe: a letter per axis of each operand, `...` for the rest, after -> the axes of the result. Several operands are combined in a cheap order."
        "einsum(\"ij,jk->ik\", [[1, 2], [3, 4]], [[1, 0], [0, 1]])" => "[[1 2]\n [3 4]]";
    "einsum_path" ("subscripts, *operands") einsum_path, false,
        "In which order einsum combines its operands, as pairs of positions (the result of a pair comes last), and in words what each costs."
        "einsum_path(\"ij,jk,k->i\", ones((2, 3)), ones((3, 4)), ones(4))[0]" => "((1, 2), (0, 1))";
}

/// An operand and the label of each of its axes, no label twice.
#[derive(Clone)]
struct Term {
    array: Array,
    labels: Vec<Label>,
}

/// The sizes of all labels.
type Sizes = FxHashMap<Label, Dim>;

struct Problem {
    subscripts: Subscripts,
    terms: Vec<Term>,
    sizes: Sizes,
}

/// The arguments read and checked; none when not known.
fn problem(cx: &mut dyn Context, a: &[Value], dtype: Option<DType>) -> Outcome<Option<Problem>> {
    let Some(text) = args::text(a, 0)? else { return Ok(None) };
    let Some(mut arrays) = args::arrays(cx, a, 1)? else { return Ok(None) };
    let ranks: Vec<usize> = arrays.iter().map(Array::ndim).collect();
    let subscripts = parse(&text, &ranks)
        .map_err(|why| Failure::new("E0185", why).at(0, format!("{text:?}")))?;
    let joint = arrays.iter().map(Array::dtype).reduce(DType::promote).unwrap_or(DType::F64);
    for array in &mut arrays {
        *array = build::cast(array, dtype.unwrap_or(joint))?;
    }
    let mut sizes = Sizes::default();
    for (i, (array, labels)) in arrays.iter().zip(&subscripts.terms).enumerate() {
        let mut own = Sizes::default();
        for (axis, (&dim, &label)) in array.dims().iter().zip(labels).enumerate() {
            let before = own.insert(label, dim);
            if let (Some(Dim::Known(m)), Dim::Known(n)) = (before, dim)
                && m != n
            {
                return Err(sizes_differ(i, axis, label, (m, n), array));
            }
            let size = sizes.entry(label).or_insert(dim);
            match (*size, dim) {
                (Dim::Known(1) | Dim::Unknown(_), _) => *size = dim,
                (Dim::Known(m), Dim::Known(n)) if n != 1 && m != n => {
                    return Err(sizes_differ(i, axis, label, (m, n), array));
                }
                _ => {}
            }
        }
    }
    let terms = arrays.into_iter().zip(&subscripts.terms);
    let terms = terms.map(|(array, labels)| distinct(&array, labels, &sizes));
    Ok(Some(Problem { terms: terms.collect::<Outcome<_>>()?, subscripts, sizes }))
}

fn sizes_differ(
    operand: usize,
    axis: usize,
    label: Label,
    (m, n): (usize, usize),
    array: &Array,
) -> crate::fault::Fault {
    Failure::new("E0166", format!("the sizes of the axes `{label}` differ"))
        .note(format!("operand {operand} is {}: axis {axis} has {n}, not {m}", array_type(array)))
        .into()
}

/// The operand with one axis per label: diagonals where a label has several, and without axes of
/// size 1 that stand for larger ones.
fn distinct(array: &Array, labels: &[Label], sizes: &Sizes) -> Outcome<Term> {
    let one = Dim::Known(1);
    let stretched = |axis: usize| array.dims()[axis] == one && sizes[&labels[axis]] != one;
    let mut kept: Vec<Label> = vec![];
    let mut dims = Dims::new();
    for (axis, &label) in labels.iter().enumerate() {
        if !stretched(axis) && !kept.contains(&label) {
            kept.push(label);
            dims.push(array.dims()[axis]);
        }
    }
    let map = |(axis, label): (usize, &Label)| match kept.iter().position(|k| k == label) {
        Some(d) if !stretched(axis) => DimMap::along(d),
        _ => DimMap::at(0),
    };
    let view = build::view(array, dims, || IndexMap(labels.iter().enumerate().map(map).collect()))?;
    Ok(Term { array: view, labels: kept })
}

fn einsum(cx: &mut dyn Context, a: &[Value]) -> Result {
    let dtype = args::dtype(a, 2)?;
    let Some(problem) = problem(cx, a, dtype)? else { return Ok(Value::ANY) };
    let path = path(&problem);
    let Problem { subscripts, mut terms, .. } = problem;
    for (i, j) in path {
        let (right, left) = (terms.remove(j), terms.remove(i));
        let mut needed = subscripts.output.clone();
        needed.extend(terms.iter().flat_map(|t| t.labels.iter().copied()));
        terms.push(pair(cx, left, right, &needed)?);
    }
    let last = terms.pop().map(|term| summed(term, &subscripts.output)).transpose()?;
    let Some(Term { array, labels }) = last else { return Ok(Value::ANY) };
    let axes: Vec<Option<usize>> =
        subscripts.output.iter().map(|l| labels.iter().position(|k| k == l)).collect();
    build::arrange(&array, &axes).map(Value::Array)
}

/// The order of the pairs.
fn path(problem: &Problem) -> Vec<(usize, usize)> {
    let labels: Vec<Vec<Label>> = problem.terms.iter().map(|t| t.labels.clone()).collect();
    let size = |label: Label| problem.sizes.get(&label).and_then(|d| d.known()).unwrap_or(1);
    order(&labels, &problem.subscripts.output, &size)
}

/// The operand summed over the labels that nothing else needs.
fn summed(term: Term, needed: &[Label]) -> Outcome<Term> {
    let gone = |l: &Label| !needed.contains(l);
    let axes: Vec<usize> = (0..term.labels.len()).filter(|&i| gone(&term.labels[i])).collect();
    if axes.is_empty() {
        return Ok(term);
    }
    let dtype = term.array.dtype();
    let op = if dtype == DType::Bool { FoldOp::Any } else { FoldOp::Sum };
    let array = fold(&term.array, op, &axes, Some(dtype), false)?;
    Ok(Term { array, labels: term.labels.into_iter().filter(|l| !gone(l)).collect() })
}

/// The product of two operands, summed over the labels that only they have.
fn pair(cx: &mut dyn Context, left: Term, right: Term, needed: &[Label]) -> Outcome<Term> {
    let with = |other: &Term| [needed, &other.labels].concat();
    let (for_left, for_right) = (with(&right), with(&left));
    let (left, right) = (summed(left, &for_left)?, summed(right, &for_right)?);
    let both = |l: &&Label| right.labels.contains(l);
    let shared = left.labels.iter().filter(both);
    let (batch, inner): (Vec<Label>, Vec<Label>) = shared.partition(|l| needed.contains(l));
    let own = |term: &Term, other: &Term| -> Vec<Label> {
        term.labels.iter().filter(|l| !other.labels.contains(l)).copied().collect()
    };
    let (rows, columns) = (own(&left, &right), own(&right, &left));
    let labels = [&batch[..], &rows, &columns].concat();
    let matrices = !(inner.is_empty() || rows.is_empty() && columns.is_empty());
    if !matrices {
        return elementwise_pair(cx, (&left, &right), (labels, inner));
    }
    let dims: Dims = labels.iter().map(|&l| dim_of(&left, &right, l)).collect();
    let left = grouped(cx, &left, &batch, [&rows, &inner])?;
    let right = grouped(cx, &right, &batch, [&inner, &columns])?;
    let product = matmul(cx, &Value::Array(left), &Value::Array(right))?;
    let product = args::array(cx, &[product], 0)?;
    Ok(Term { array: build::reshape(&product, dims)?, labels })
}

/// The product along `labels` and `inner`, summed over `inner`.
fn elementwise_pair(
    cx: &mut dyn Context,
    (left, right): (&Term, &Term),
    (labels, inner): (Vec<Label>, Vec<Label>),
) -> Outcome<Term> {
    let all = [&labels[..], &inner].concat();
    let spread = |term: &Term| -> Outcome<Value> {
        let axes: Vec<Option<usize>> =
            all.iter().map(|l| term.labels.iter().position(|k| k == l)).collect();
        build::arrange(&term.array, &axes).map(Value::Array)
    };
    let (left, right) = (spread(left)?, spread(right)?);
    let product = elementwise(cx, MapOp::Mul, &[left, right])?;
    let array = args::array(cx, &[product], 0)?;
    summed(Term { array, labels: all }, &labels)
}

fn dim_of(left: &Term, right: &Term, label: Label) -> Dim {
    let find = |t: &Term| t.labels.iter().position(|&l| l == label).map(|i| t.array.dims()[i]);
    match (find(left), find(right)) {
        (Some(Dim::Unknown(_)), Some(dim)) | (Some(dim), _) | (None, Some(dim)) => dim,
        (None, None) => Dim::Known(1),
    }
}

/// The operand as a stack of matrices: the batch axes, then each group as one axis.
fn grouped(
    cx: &mut dyn Context,
    term: &Term,
    batch: &[Label],
    groups: [&Vec<Label>; 2],
) -> Outcome<Array> {
    let at = |l: &Label| term.labels.iter().position(|k| k == l);
    let axes: Vec<Option<usize>> = batch.iter().chain(groups[0]).chain(groups[1]).map(at).collect();
    let array = build::arrange(&term.array, &axes)?;
    let mut dims: Dims = array.dims()[..batch.len()].into();
    let mut from = batch.len();
    for group in groups {
        let own = &array.dims()[from..from + group.len()];
        from += group.len();
        let known: Option<Vec<usize>> = own.iter().map(|d| d.known()).collect();
        dims.push(match (own, known) {
            ([dim], _) => *dim,
            (_, Some(sizes)) => match checked_count(&sizes) {
                Some(count) => Dim::Known(count),
                None => return Err(faults::too_large(array.dims())),
            },
            (_, None) => cx.fresh_dim(),
        });
    }
    build::reshape(&array, dims)
}

fn einsum_path(cx: &mut dyn Context, a: &[Value]) -> Result {
    let Some(problem) = problem(cx, a, None)? else { return Ok(Value::ANY) };
    if problem.sizes.values().any(|d| d.known().is_none()) {
        return Ok(Value::tuple(vec![Value::ANY, Value::Unknown(Unknown::Str)]));
    }
    let path = path(&problem);
    let size = |labels: &[Label]| -> f64 {
        labels.iter().map(|l| problem.sizes[l].known().unwrap_or(1) as f64).product()
    };
    let text = |labels: &[Label]| -> String { labels.iter().map(Label::to_string).collect() };
    let mut terms: Vec<Vec<Label>> = problem.terms.iter().map(|t| t.labels.clone()).collect();
    let mut lines = vec![];
    let mut total = 0.0;
    for &(i, j) in &path {
        let (right, left) = (terms.remove(j), terms.remove(i));
        let joined = super::subscripts::joined(&left, &right);
        let kept = super::subscripts::kept(&joined, &terms, &problem.subscripts.output);
        let cost = size(&joined);
        total += cost;
        lines.push(format!(
            "{},{}->{}: {cost} products, {} elements",
            text(&left),
            text(&right),
            text(&kept),
            size(&kept)
        ));
        terms.push(kept);
    }
    lines.push(format!("{total} products in all"));
    let pair =
        |&(i, j): &(usize, usize)| Value::tuple(vec![Value::Int(i as i64), Value::Int(j as i64)]);
    let pairs = Value::tuple(path.iter().map(pair).collect());
    Ok(Value::tuple(vec![pairs, Value::text(&lines.join("\n"))]))
}
