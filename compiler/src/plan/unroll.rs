//! Reductions of few elements as elementwise kernels: all elements of a window are combined in
//! registers.
//!
//! Before: a reduction over the innermost axes and what it reduces. After: a kernel over the kept
//! axes that reads each element through a map of its own, and combines them in the order of
//! [`arr_ir::fold`].

use super::build::{Build, Fuse};
use super::demand::FoldOrder;
use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::fold::LANES;
use arr_ir::graph::NodeId;
use arr_ir::kernel::{Code, InstId};
use arr_ir::op::{FoldOp, MapOp};
use arr_ir::plan::Access;
use arr_ir::shape::{DimMap, IndexMap, Shape, count};

/// Elements of a reduction that is unrolled at most.
const ELEMENTS: usize = 64;
/// Instructions of the kernel at most.
const INSTRUCTIONS: usize = 400;
/// Results that are worth the longer kernel.
const RESULTS: usize = 1 << 15;
/// Results along the innermost kept axis that are worth a loop.
const INNERMOST: usize = 64;

impl Build<'_> {
    /// The kernel of a reduction of few elements for many results that lie along memory.
    pub(super) fn unrolled(
        &self,
        arg: NodeId,
        op: FoldOp,
        dtype: DType,
        order: &FoldOrder,
        domain: &[usize],
    ) -> Option<(Fuse, InstId)> {
        let (kept, reduced) = domain.split_at(order.outer);
        let elements = count(reduced);
        let inner = *kept.last()?;
        if !order.rows || !(2..=ELEMENTS).contains(&elements) {
            return None;
        }
        if inner < INNERMOST || count(kept) < RESULTS {
            return None;
        }
        let mut row =
            Row { build: self, fuse: Fuse::default(), arg, op, dtype, order, kept, reduced };
        let result = row.lanes(0, 1)?;
        let result = row.canonical(result);
        Some((row.fuse, result))
    }

    /// Whether all operands in memory run along this dimension of the domain, or stay where they
    /// are.
    fn along_memory(&self, fuse: &Fuse, dim: usize) -> bool {
        fuse.operands.iter().all(|access| {
            let Access::Memory { value, map } = access else { return true };
            let shape = &self.plan[*value].shape;
            let inner = (0..shape.len()).rev().find(|&d| shape[d] > 1);
            map.0.iter().enumerate().all(|(d, m)| {
                let step: i64 =
                    m.terms().iter().filter(|t| t.dim as usize == dim).map(|t| t.step).sum();
                step == 0 || (step == 1 && Some(d) == inner)
            })
        })
    }
}

/// From the kept dimensions to all: one element of the reduced ones.
fn embedding(kept: usize, reduced: &[usize], element: usize) -> IndexMap {
    let mut at = IndexMap::identity(kept);
    let mut rest = element;
    let mut inner = Shape::new();
    for &n in reduced.iter().rev() {
        inner.push(rest % n);
        rest /= n;
    }
    at.0.extend(inner.iter().rev().map(|&i| DimMap::at(i as i64)));
    at
}

/// The reduction of one result.
struct Row<'a> {
    build: &'a Build<'a>,
    fuse: Fuse,
    arg: NodeId,
    op: FoldOp,
    dtype: DType,
    order: &'a FoldOrder,
    kept: &'a [usize],
    reduced: &'a [usize],
}

impl Row<'_> {
    /// The combination of every `apart`-th lane from one on, as in [`arr_ir::fold::finish_lanes`];
    /// lanes without elements change nothing. Operands are read where they are needed, so that few
    /// values wait for others. None when the kernel gets too long or memory is read across.
    fn lanes(&mut self, first: usize, apart: usize) -> Option<InstId> {
        if apart == LANES {
            return self.lane(first);
        }
        let left = self.lanes(first, 2 * apart)?;
        match first + apart < count(self.reduced) {
            true => {
                let right = self.lanes(first + apart, 2 * apart)?;
                Some(self.combine(left, right))
            }
            false => Some(left),
        }
    }

    /// The combination of the elements of a lane that has some.
    fn lane(&mut self, first: usize) -> Option<InstId> {
        let mut total = self.element(first)?;
        for i in (first + LANES..count(self.reduced)).step_by(LANES) {
            let element = self.element(i)?;
            total = self.combine(total, element);
        }
        Some(total)
    }

    fn combine(&mut self, left: InstId, right: InstId) -> InstId {
        self.fuse.kernel.inst(Code::Map(self.op.elementwise()), &[left, right], self.dtype)
    }

    fn element(&mut self, element: usize) -> Option<InstId> {
        let at = embedding(self.kept.len(), self.reduced, element).then(&self.order.map());
        let mut value = self.build.emit(&mut self.fuse, self.arg, &at);
        if self.build.graph[self.arg].dtype != self.dtype {
            value = self.fuse.kernel.inst(Code::Map(MapOp::Cast), &[value], self.dtype);
        }
        let fits = value.0 as usize <= INSTRUCTIONS;
        (fits && self.build.along_memory(&self.fuse, self.kept.len() - 1)).then_some(value)
    }

    /// A sum that is NaN becomes the canonical one.
    fn canonical(&mut self, result: InstId) -> InstId {
        if !matches!(self.op, FoldOp::Sum | FoldOp::Prod) || self.dtype.kind() != Kind::Float {
            return result;
        }
        let kernel = &mut self.fuse.kernel;
        let is_nan = kernel.inst(Code::Map(MapOp::IsNan), &[result], DType::Bool);
        let nan = kernel.inst(Code::Const(Scalar::from_f64(f64::NAN, self.dtype)), &[], self.dtype);
        kernel.inst(Code::Map(MapOp::Select), &[is_nan, nan, result], self.dtype)
    }
}
