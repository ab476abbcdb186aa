//! A reference interpreter of plans: every step whole, every kernel through its oracle.
//!
//! It follows the plan's own structure (unlike [`crate::oracle`], which knows only graphs), so a
//! difference between the two is a planner's mistake, and a difference between this and the
//! runtime is a code generator's or executor's.

use crate::dtype::Scalar;
use crate::fold::{COL_BLOCK, ROW_BLOCK, col_block, row_block, tree};
use crate::op::FoldOp;
use crate::oracle::{DenseArray, SCAN_BLOCK, contraction, each_index};
use crate::plan::{Access, Blockwise, Output, ParamRef, Plan, StepKind, Storage, ValueId};
use crate::shape::{IndexMap, Shape, count, row_major};
use crate::{eval, plan::Step};

struct State<'a> {
    plan: &'a Plan,
    slots: &'a [Scalar],
    /// Elements of every stored value.
    data: Vec<Vec<Scalar>>,
}

/// Runs a verified plan.
///
/// # Errors
/// What a routine refuses for its values.
pub fn run(
    plan: &Plan,
    inputs: &[DenseArray],
    slots: &[Scalar],
) -> Result<Vec<DenseArray>, String> {
    let data = plan
        .values
        .iter()
        .map(|v| match v.storage {
            Storage::Input(i) => inputs[i as usize].elements().collect(),
            Storage::Written => vec![Scalar { dtype: v.dtype, bits: 0 }; count(&v.shape)],
            Storage::Alias(_) => vec![],
        })
        .collect();
    let mut state = State { plan, slots, data };
    for step in &plan.steps {
        state.step(step)?;
    }
    let results = plan
        .results
        .iter()
        .map(|&r| {
            let elements = state.data[plan.stored(r).0 as usize].iter().copied();
            DenseArray::new(plan[r].dtype, plan[r].shape.clone(), elements)
        })
        .collect();
    Ok(results)
}

impl State<'_> {
    fn read(&self, value: ValueId, map: &IndexMap, index: &[usize]) -> Scalar {
        let strides = row_major(&self.plan[value].shape);
        let (offset, steps) = map.linear(&strides, index.len());
        let at: isize = index.iter().zip(&steps).map(|(&i, &s)| i as isize * s).sum();
        self.data[self.plan.stored(value).0 as usize][(offset + at) as usize]
    }

    fn write(&mut self, value: ValueId, position: usize, scalar: Scalar) {
        self.data[value.0 as usize][position] = scalar;
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        match &step.kind {
            StepKind::Blockwise(b) => self.blockwise(b),
            StepKind::Combine { op, axis, parts, out } => self.combine(*op, *axis, *parts, *out),
            StepKind::Scan { op, axis, input, map, out } => {
                self.scan(*op, *axis as usize, *input, map, *out)
            }
            StepKind::Contract { lhs, lhs_map, rhs, rhs_map, inner, out } => {
                let shape = self.plan[*out].shape.clone();
                let dtype = self.plan[*out].dtype;
                let mut results = vec![];
                each_index(&shape, |index| {
                    let rank = index.len();
                    let (mut l, mut r): (Shape, Shape) = (index.into(), index.into());
                    let terms = (0..*inner).map(|k| {
                        l[rank - 1] = k;
                        r[rank - 2] = k;
                        (self.read(*lhs, lhs_map, &l), self.read(*rhs, rhs_map, &r))
                    });
                    results.push(contraction(dtype, terms));
                });
                self.data[out.0 as usize] = results;
            }
            StepKind::Extern { routine, operands, out } => {
                let whole = |v: &ValueId| {
                    let elements = self.data[self.plan.stored(*v).0 as usize].iter().copied();
                    DenseArray::new(self.plan[*v].dtype, self.plan[*v].shape.clone(), elements)
                };
                let arrays: Vec<DenseArray> = operands.iter().map(whole).collect();
                let arrays: Vec<&DenseArray> = arrays.iter().collect();
                let (dtype, shape) = (self.plan[*out].dtype, &self.plan[*out].shape);
                let result = routine.evaluate(&arrays, dtype, shape)?;
                self.data[out.0 as usize] = result.elements().collect();
            }
        }
        Ok(())
    }

    fn element(&self, b: &Blockwise, params: &[Scalar], index: &[usize]) -> Scalar {
        b.kernel.evaluate(
            params,
            &mut |o| match &b.operands[o] {
                Access::Memory { value, map } => self.read(*value, map, index),
                Access::Linear { .. } => unreachable!("verified"),
            },
            &mut |o| match &b.operands[o] {
                Access::Linear { offset, strides } => {
                    let at = index.iter().zip(strides).map(|(&i, &s)| i as i64 * s).sum::<i64>();
                    (offset + at) as u64
                }
                Access::Memory { .. } => unreachable!("verified"),
            },
        )
    }

    fn blockwise(&mut self, b: &Blockwise) {
        let params: Vec<Scalar> = b
            .params
            .iter()
            .map(|p| match p {
                ParamRef::Slot(s) => self.slots[*s as usize],
                ParamRef::Const(s) => *s,
            })
            .collect();
        match &b.output {
            Output::Store { value, start, step } => {
                let strides = row_major(&self.plan[*value].shape);
                let mut writes = vec![];
                each_index(&b.domain, |index| {
                    let at: i64 = (0..index.len())
                        .map(|d| (start[d] + step[d] * index[d] as i64) * strides[d] as i64)
                        .sum();
                    writes.push((at as usize, self.element(b, &params, index)));
                });
                for (at, scalar) in writes {
                    self.write(*value, at, scalar);
                }
            }
            Output::Rows { op, kept, parts } => {
                self.fold(b, &params, *op, *kept as usize, b.domain.len(), *parts)
            }
            Output::Cols { op, outer, reduced, parts } => {
                let end = *outer as usize + *reduced as usize;
                self.fold(b, &params, *op, *outer as usize, end, *parts)
            }
        }
    }

    /// Folds the dimensions `from..to` of the domain; they end the domain in row blocks.
    fn fold(
        &mut self,
        b: &Blockwise,
        params: &[Scalar],
        op: FoldOp,
        from: usize,
        to: usize,
        parts: ValueId,
    ) {
        let rows = matches!(b.output, Output::Rows { .. });
        let dtype = b.kernel.dtype();
        let identity = eval::identity(op, dtype);
        let combine = |x: Scalar, y: Scalar| eval::fold(op, x, y);
        let mut results = vec![];
        let strides = row_major(&self.plan[parts].shape);
        let (outer, reduced, inner) = (&b.domain[..from], &b.domain[from..to], &b.domain[to..]);
        each_index(outer, |o| {
            each_index(inner, |i| {
                let mut items = vec![];
                each_index(reduced, |r| {
                    let index: Shape = o.iter().chain(r).chain(i).copied().collect();
                    items.push(self.element(b, params, &index));
                });
                let size = if rows { ROW_BLOCK } else { COL_BLOCK };
                for (u, block) in items.chunks(size).enumerate() {
                    let part = match rows {
                        true => row_block(block, identity, combine),
                        false => col_block(block, identity, combine),
                    };
                    let index = o.iter().copied().chain([u]).chain(i.iter().copied());
                    let at: usize = index.zip(&strides).map(|(i, &s)| i * s as usize).sum();
                    results.push((at, part));
                }
            });
        });
        for (at, scalar) in results {
            self.write(parts, at, scalar);
        }
    }

    fn combine(&mut self, op: FoldOp, axis: u8, parts: ValueId, out: ValueId) {
        let (shape, strides) = (&self.plan[parts].shape, row_major(&self.plan[parts].shape));
        let (n, stride) = (shape[axis as usize], strides[axis as usize] as usize);
        let mut results = vec![];
        let mut rest = shape.clone();
        rest[axis as usize] = 1;
        each_index(&rest, |index| {
            let base: usize = index.iter().zip(&strides).map(|(&i, &s)| i * s as usize).sum();
            let items: Vec<Scalar> =
                (0..n).map(|u| self.data[parts.0 as usize][base + u * stride]).collect();
            results.push(tree(&items, |a, b| eval::fold(op, a, b)).expect("verified: a part"));
        });
        self.data[out.0 as usize] = results;
    }

    fn scan(&mut self, op: FoldOp, axis: usize, input: ValueId, map: &IndexMap, out: ValueId) {
        let shape = self.plan[out].shape.clone();
        let strides = row_major(&shape);
        let mut lines = shape.clone();
        lines[axis] = shape[axis].min(1);
        let mut results = vec![];
        each_index(&lines, |line| {
            let mut index: Shape = line.into();
            let mut carry: Option<Scalar> = None;
            for block in (0..shape[axis]).step_by(SCAN_BLOCK) {
                let mut run: Option<Scalar> = None;
                for i in block..shape[axis].min(block + SCAN_BLOCK) {
                    index[axis] = i;
                    let x = self.read(input, map, &index);
                    let local = run.map_or(x, |r| eval::fold(op, r, x));
                    run = Some(local);
                    let at: usize = index.iter().zip(&strides).map(|(&i, &s)| i * s as usize).sum();
                    results.push((at, carry.map_or(local, |c| eval::fold(op, c, local))));
                }
                carry = run.map(|r| carry.map_or(r, |c| eval::fold(op, c, r)));
            }
        });
        for (at, scalar) in results {
            self.write(out, at, scalar);
        }
    }
}
