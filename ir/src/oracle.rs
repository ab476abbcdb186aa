//! The oracle: a reference interpreter of graphs, node by node and element by element.
//!
//! Naive, safe, obviously right; shares nothing with the planner. Every other way to run a
//! graph must give the same bits (contractions excepted, which round in their own fixed order
//! and are compared within a tolerance).

use crate::dtype::{DType, Scalar};
use crate::eval;
use crate::fold;
use crate::graph::{Graph, Node, Op};
use crate::op::{Dist, FoldOp};
use crate::philox;
use crate::shape::{IndexMap, Shape, count, row_major};

/// A whole array in row-major order, little-endian.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DenseArray {
    /// Element type.
    pub dtype: DType,
    /// Shape.
    pub shape: Shape,
    /// The elements' bytes.
    pub data: Vec<u8>,
}

impl DenseArray {
    /// An array of these elements, all of `dtype`.
    pub fn new(dtype: DType, shape: Shape, elements: impl IntoIterator<Item = Scalar>) -> Self {
        let mut data = Vec::new();
        for s in elements {
            data.extend_from_slice(&s.bits.to_le_bytes()[..dtype.size()]);
        }
        debug_assert_eq!(data.len(), count(&shape) * dtype.size());
        DenseArray { dtype, shape, data }
    }

    /// A float64 array.
    pub fn of_f64(shape: &[usize], values: &[f64]) -> Self {
        Self::new(DType::F64, shape.into(), values.iter().map(|&v| Scalar::float(v)))
    }

    /// The element at a row-major position.
    pub fn at(&self, position: usize) -> Scalar {
        let size = self.dtype.size();
        Scalar::from_bytes(&self.data[position * size..(position + 1) * size], self.dtype)
    }

    /// All elements in row-major order.
    pub fn elements(&self) -> impl Iterator<Item = Scalar> + '_ {
        (0..count(&self.shape)).map(|i| self.at(i))
    }
}

/// Calls `visit` with every index of `shape` in row-major order.
pub fn each_index(shape: &[usize], mut visit: impl FnMut(&[usize])) {
    if shape.contains(&0) {
        return;
    }
    let mut index: Shape = Shape::from_elem(0, shape.len());
    loop {
        visit(&index);
        let Some(axis) = (0..shape.len()).rev().find(|&a| index[a] + 1 < shape[a]) else {
            return;
        };
        index[axis] += 1;
        index[axis + 1..].fill(0);
    }
}

/// Evaluates the roots of a graph.
///
/// # Errors
/// What a routine refuses for its values.
pub fn evaluate(
    graph: &Graph,
    inputs: &[DenseArray],
    slots: &[Scalar],
) -> Result<Vec<DenseArray>, String> {
    let mut done: Vec<DenseArray> = Vec::with_capacity(graph.nodes.len());
    for node in &graph.nodes {
        let args: Vec<&DenseArray> = node.args.iter().map(|a| &done[a.0 as usize]).collect();
        let value = evaluate_node(node, &args, inputs, slots)?;
        debug_assert_eq!((value.dtype, &value.shape), (node.dtype, &node.shape), "{:?}", node.op);
        done.push(value);
    }
    Ok(graph.roots.iter().map(|r| done[r.0 as usize].clone()).collect())
}

fn evaluate_node(
    node: &Node,
    args: &[&DenseArray],
    inputs: &[DenseArray],
    slots: &[Scalar],
) -> Result<DenseArray, String> {
    let n = count(&node.shape);
    let make = |elements: Vec<Scalar>| DenseArray::new(node.dtype, node.shape.clone(), elements);
    Ok(match &node.op {
        Op::Input(i) => inputs[*i as usize].clone(),
        Op::Slot(i) => make(vec![slots[*i as usize]]),
        Op::Const(s) => make(vec![*s]),
        Op::Iota => make((0..n).map(|i| Scalar::int(i as i64)).collect()),
        Op::Random(dist) => {
            let scalars: Vec<Scalar> = args.iter().map(|a| a.at(0)).collect();
            make((0..n).map(|i| random(*dist, node.dtype, &scalars, i as u64)).collect())
        }
        Op::Map(op) => make(
            (0..n)
                .map(|i| {
                    let operands: Vec<Scalar> =
                        args.iter().map(|a| a.at(if a.shape.is_empty() { 0 } else { i })).collect();
                    eval::apply(*op, &operands, node.dtype)
                })
                .collect(),
        ),
        Op::View(map) => make(view(args[0], map, &node.shape)),
        Op::Reshape => make(args[0].elements().collect()),
        Op::Reduce { op, axes } => make(reduce(args[0], *op, *axes, node.dtype)),
        Op::Scan { op, axis } => make(scan(args[0], *op, *axis as usize)),
        Op::Contract => make(contract(args[0], args[1], node)),
        Op::Update { start, step } => update(args[0], args[1], start, step),
        Op::Concat(axis) => make(concat(args, *axis as usize, &node.shape)),
        Op::Extern(routine) => routine.evaluate(args, node.dtype, &node.shape)?,
    })
}

/// One number of a distribution: `scalars` are the seed and the distribution's arguments.
pub fn random(dist: Dist, dtype: DType, scalars: &[Scalar], index: u64) -> Scalar {
    let (seed, stream) = (scalars[0].bits as u64, dist.stream());
    match (dist, dtype) {
        (Dist::Uniform, DType::F32) => {
            let v = philox::uniform_f32(seed, stream, index);
            Scalar { dtype, bits: v.to_bits() as u128 }
        }
        (Dist::Uniform, _) => Scalar::float(philox::uniform_f64(seed, stream, index)),
        (Dist::Normal, DType::F32) => {
            let v = philox::normal_f32(seed, stream, index);
            Scalar { dtype, bits: v.to_bits() as u128 }
        }
        (Dist::Normal, _) => Scalar::from_f64(philox::normal_f64(seed, stream, index), dtype),
        (Dist::Integers, _) => {
            let (low, high) = (scalars[1].as_i128() as i64, scalars[2].as_i128() as i64);
            Scalar::int(philox::integers(seed, stream, index, low, high))
        }
    }
}

fn view(source: &DenseArray, map: &IndexMap, shape: &[usize]) -> Vec<Scalar> {
    let (offset, strides) = map.linear(&row_major(&source.shape), shape.len());
    let mut out = Vec::with_capacity(count(shape));
    each_index(shape, |index| {
        let at: isize = index.iter().zip(&strides).map(|(&i, &s)| i as isize * s).sum();
        out.push(source.at((offset + at) as usize));
    });
    out
}

/// The positions of the elements that each result element of a reduction combines, in order.
fn reduce(x: &DenseArray, op: FoldOp, axes: u32, dtype: DType) -> Vec<Scalar> {
    let reduced = |a: usize| axes & (1 << a) != 0;
    let rank = x.shape.len();
    let pick = |keep: bool| -> (Shape, Shape) {
        let strides = row_major(&x.shape);
        (0..rank).filter(|&a| reduced(a) != keep).map(|a| (x.shape[a], strides[a] as usize)).unzip()
    };
    let (kept_shape, kept_strides) = pick(true);
    let (red_shape, red_strides) = pick(false);
    let dot = |i: &[usize], s: &[usize]| i.iter().zip(s).map(|(a, b)| a * b).sum::<usize>();
    let innermost = rank > 0 && reduced(rank - 1);
    let mut out = Vec::new();
    each_index(&kept_shape, |kept| {
        let base = dot(kept, &kept_strides);
        let mut items = Vec::new();
        each_index(&red_shape, |r| items.push(x.at(base + dot(r, &red_strides)).cast(dtype)));
        out.push(fold_items(&items, op, dtype, innermost));
    });
    out
}

/// Combines items in the order that [`crate::fold`] fixes: row blocks when the innermost axis is
/// among the reduced ones, column blocks otherwise.
pub fn fold_items(items: &[Scalar], op: FoldOp, dtype: DType, innermost: bool) -> Scalar {
    if items.is_empty() {
        return eval::empty_fold(op, dtype);
    }
    let identity = eval::identity(op, dtype);
    let combine = |a: Scalar, b: Scalar| eval::fold(op, a, b);
    let parts: Vec<Scalar> = match innermost {
        true => {
            items.chunks(fold::ROW_BLOCK).map(|b| fold::row_block(b, identity, combine)).collect()
        }
        false => {
            items.chunks(fold::COL_BLOCK).map(|b| fold::col_block(b, identity, combine)).collect()
        }
    };
    fold::tree(&parts, combine).expect("a block")
}

/// Elements along the scanned axis per block: inside a block the running value starts at the
/// first element; what goes before the block is combined in from the left.
pub const SCAN_BLOCK: usize = 1024;

fn scan(x: &DenseArray, op: FoldOp, axis: usize) -> Vec<Scalar> {
    let strides = row_major(&x.shape);
    let (n, stride) = (x.shape[axis], strides[axis] as usize);
    let mut out: Vec<Scalar> = x.elements().collect();
    let mut lines = x.shape.clone();
    lines[axis] = 1;
    each_index(&lines, |index| {
        let base: usize = index.iter().zip(&strides).map(|(&i, &s)| i * s as usize).sum();
        let mut carry: Option<Scalar> = None;
        for block in (0..n).step_by(SCAN_BLOCK) {
            let mut run: Option<Scalar> = None;
            for i in block..n.min(block + SCAN_BLOCK) {
                let at = base + i * stride;
                let local = run.map_or(out[at], |r| eval::fold(op, r, out[at]));
                run = Some(local);
                out[at] = carry.map_or(local, |c| eval::fold(op, c, local));
            }
            carry = run.map(|r| carry.map_or(r, |c| eval::fold(op, c, r)));
        }
    });
    out
}

/// The sum of products of one element of a contraction: inside a panel of
/// [`crate::fold::PANEL`] terms each product is added with one rounding, starting from 0; the
/// panels' sums are added in order. float32 and float64.
pub fn contraction(dtype: DType, terms: impl Iterator<Item = (Scalar, Scalar)>) -> Scalar {
    let terms: Vec<(Scalar, Scalar)> = terms.collect();
    let panels = terms.chunks(crate::fold::PANEL);
    match dtype {
        DType::F32 => {
            let value = |s: Scalar| f32::from_bits(s.bits as u32);
            let sum = |p: &[(Scalar, Scalar)]| {
                p.iter().fold(0f32, |sum, &(x, y)| value(x).mul_add(value(y), sum))
            };
            let total = panels.map(sum).reduce(|a, b| a + b).unwrap_or(0.0);
            Scalar { dtype, bits: total.to_bits() as u128 }
        }
        _ => {
            let sum = |p: &[(Scalar, Scalar)]| {
                p.iter().fold(0f64, |sum, &(x, y)| x.as_f64().mul_add(y.as_f64(), sum))
            };
            Scalar::float(panels.map(sum).reduce(|a, b| a + b).unwrap_or(0.0))
        }
    }
}

fn contract(a: &DenseArray, b: &DenseArray, node: &Node) -> Vec<Scalar> {
    let rank = node.shape.len();
    let (m, n) = (node.shape[rank - 2], node.shape[rank - 1]);
    let k = a.shape[rank - 1];
    let batches = count(&node.shape[..rank - 2]);
    let mut out = Vec::with_capacity(batches * m * n);
    for batch in 0..batches {
        for i in 0..m {
            for j in 0..n {
                let terms =
                    (0..k).map(|l| (a.at((batch * m + i) * k + l), b.at((batch * k + l) * n + j)));
                out.push(contraction(node.dtype, terms));
            }
        }
    }
    out
}

fn update(base: &DenseArray, value: &DenseArray, start: &[i64], step: &[i64]) -> DenseArray {
    let mut out = base.clone();
    let strides = row_major(&base.shape);
    let size = base.dtype.size();
    let mut from = 0;
    each_index(&value.shape, |index| {
        let at: usize = (0..index.len())
            .map(|a| (start[a] + step[a] * index[a] as i64) as usize * strides[a] as usize)
            .sum();
        out.data[at * size..(at + 1) * size]
            .copy_from_slice(&value.data[from * size..(from + 1) * size]);
        from += 1;
    });
    out
}

fn concat(args: &[&DenseArray], axis: usize, shape: &[usize]) -> Vec<Scalar> {
    let mut out = Vec::with_capacity(count(shape));
    each_index(shape, |index| {
        let mut at: Shape = index.into();
        let mut part = 0;
        while at[axis] >= args[part].shape[axis] {
            at[axis] -= args[part].shape[axis];
            part += 1;
        }
        let strides = row_major(&args[part].shape);
        let position: usize = at.iter().zip(&strides).map(|(&i, &s)| i * s as usize).sum();
        out.push(args[part].at(position));
    });
    out
}
