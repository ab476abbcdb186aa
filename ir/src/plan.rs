//! Plans: how a graph is computed, chunk by chunk.
//!
//! A plan is a handful of steps over *symbolic* chunk grids: its size does not depend on the
//! number of chunks. A task is (stage, chunk number), made on demand, and a pure function of the
//! elements it reads. A plan travels: it serialises with its version, and whoever receives one
//! calls [`Plan::from_bytes`], which verifies it.
//!
//! Invariants, checked by [`Plan::verify`]:
//! - steps write values before later steps read them; inputs are never written;
//! - every access stays inside the value it reads, every store inside the value it writes;
//! - dtypes of operands, parameters and results agree with the kernels, which are valid;
//! - every step stands in exactly one stage; stages and their steps are in dependency order;
//! - sizes are within [`crate::shape::MAX_ELEMENTS`].

use crate::dtype::{DType, Scalar};
use crate::fold::{COL_BLOCK, ROW_BLOCK};
use crate::graph::Origin;
use crate::kernel::Kernel;
use crate::op::FoldOp;
use crate::routine::Routine;
use crate::shape::{DimMap, IndexMap, Shape, Term, count};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use std::sync::Arc;

/// The version of the plan format; raised with every change of meaning or form.
pub const PLAN_VERSION: u32 = 3;

/// A value of one [`Plan`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ValueId(pub u32);

/// What a value is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Storage {
    /// Bound when the plan runs.
    Input(u32),
    /// Written by steps.
    Written,
    /// The same elements, in row-major order, as another (earlier) value of the same count.
    Alias(ValueId),
}

/// An array that a plan reads or writes.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Value {
    /// Element type.
    pub dtype: DType,
    /// Shape.
    pub shape: Shape,
    /// Where its elements are.
    pub storage: Storage,
}

impl Value {
    /// Bytes of the whole value.
    pub fn bytes(&self) -> usize {
        count(&self.shape) * self.dtype.size()
    }
}

/// Where an operand's elements lie, as a function of the domain's index.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Access {
    /// In a value, through an affine map.
    Memory {
        /// The value read.
        value: ValueId,
        /// From the domain's index to the value's.
        map: IndexMap,
    },
    /// Generated from a linear element number: `offset + sum(strides * index)`.
    Linear {
        /// Number at the origin.
        offset: i64,
        /// Step per domain dimension.
        strides: SmallVec<[i64; 4]>,
    },
}

/// Where a kernel's parameter comes from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum ParamRef {
    /// A scalar bound when the plan runs.
    Slot(u32),
    /// Part of the plan.
    Const(Scalar),
}

/// What becomes of a kernel's results.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Output {
    /// Stored at `start + step * index` of a value of the domain's rank.
    Store {
        /// The value written.
        value: ValueId,
        /// First index per dimension.
        start: SmallVec<[i64; 4]>,
        /// Step per dimension, not 0.
        step: SmallVec<[i64; 4]>,
    },
    /// Folded over the domain's dimensions from `kept` on, in row blocks: `parts` has the kept
    /// dimensions and one of [`units`] partial results.
    Rows {
        /// The fold.
        op: FoldOp,
        /// How many leading dimensions are kept.
        kept: u8,
        /// The value written.
        parts: ValueId,
    },
    /// Folded over the `reduced` dimensions after the first `outer` ones, in column blocks:
    /// `parts` has the outer dimensions, one of [`units`] partial results, and the inner ones.
    Cols {
        /// The fold.
        op: FoldOp,
        /// How many leading dimensions are kept.
        outer: u8,
        /// How many dimensions after them are reduced.
        reduced: u8,
        /// The value written.
        parts: ValueId,
    },
}

/// How many partial results a fold over `elements` gives: one per block.
pub fn units(elements: usize, rows: bool) -> usize {
    elements.div_ceil(if rows { ROW_BLOCK } else { COL_BLOCK })
}

/// A fused kernel over its domain.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Blockwise {
    /// What is computed per index.
    pub kernel: Arc<Kernel>,
    /// The shape of the loop.
    pub domain: Shape,
    /// Where each operand lies.
    pub operands: Vec<Access>,
    /// Where each parameter comes from.
    pub params: Vec<ParamRef>,
    /// What becomes of the results.
    pub output: Output,
}

/// What a step does.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum StepKind {
    /// A fused kernel.
    Blockwise(Blockwise),
    /// The fixed tree over partial results along `axis` of `parts`, which `out` lacks.
    Combine {
        /// The fold.
        op: FoldOp,
        /// Along this axis.
        axis: u8,
        /// Partial results.
        parts: ValueId,
        /// The value written.
        out: ValueId,
    },
    /// The running fold along an axis.
    Scan {
        /// The fold.
        op: FoldOp,
        /// Along this axis.
        axis: u8,
        /// The value read, of `out`'s shape after `map`.
        input: ValueId,
        /// From `out`'s index to the input's.
        map: IndexMap,
        /// The value written.
        out: ValueId,
    },
    /// `out[b, i, j] = sum over k of lhs[b, i, k] * rhs[b, k, j]`, k in order, in panels.
    Contract {
        /// Left value.
        lhs: ValueId,
        /// From `[b.., i, k]` to its index.
        lhs_map: IndexMap,
        /// Right value.
        rhs: ValueId,
        /// From `[b.., k, j]` to its index.
        rhs_map: IndexMap,
        /// The summed size.
        inner: usize,
        /// The value written.
        out: ValueId,
    },
    /// A routine over every batch index of its operands.
    Extern {
        /// What is computed.
        routine: Routine,
        /// The values read, whole core blocks of them.
        operands: Vec<ValueId>,
        /// The value written.
        out: ValueId,
    },
}

/// In which order the tasks of a step are numbered.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub enum TaskOrder {
    /// The last dimension runs fastest.
    #[default]
    RowMajor,
    /// Over a square grid of two dimensions: chunk `(i, j)` next to chunk `(j, i)`, which reads
    /// the same elements of a matrix and its transpose.
    Mirrored,
}

/// The chunk's place in a square grid whose chunks are numbered in [`TaskOrder::Mirrored`].
pub fn mirrored(chunk: usize) -> (usize, usize) {
    // Shell `j` holds the chunks whose larger number is `j`: 2j + 1 of them.
    let j = chunk.isqrt();
    let rest = chunk - j * j;
    let (a, b) = (rest / 2, j);
    if rest.is_multiple_of(2) { (a, b) } else { (b, a) }
}

/// A step and its chunk grid.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Step {
    /// What it does.
    pub kind: StepKind,
    /// Chunk shape over [`Plan::space`], each at least 1.
    pub chunk: Shape,
    /// The order of its tasks.
    pub order: TaskOrder,
    /// The place in the program it comes from.
    pub origin: Origin,
}

/// Steps that share one split, so that a task runs them one after the other on its chunk.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Split {
    /// Size of the split dimension.
    pub extent: usize,
    /// Chunk size along it.
    pub chunk: usize,
    /// For each step of the stage, which dimension of its space is split.
    pub dims: Vec<u8>,
}

/// Steps that run together; a stage starts when all before it that it reads are done. With a
/// split, a task runs all steps on its chunk, in order; without, the steps are independent of
/// each other, and a task is one chunk of one of them.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Stage {
    /// The steps, in order.
    pub steps: Vec<u32>,
    /// The shared split; none for independent steps, each over its own grid.
    pub split: Option<Split>,
    /// Values that live only inside a task: a window of the split dimension.
    pub locals: Vec<(ValueId, u8)>,
}

/// Where a task has a chunk of a local value.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Bytes from the beginning of the task's windows.
    pub offset: usize,
    /// Bytes from one index of the split dimension to the next.
    pub row: usize,
}

/// The windows of a stage.
#[derive(Clone, Default, Debug)]
pub struct Windows {
    /// Of each local value.
    pub places: FxHashMap<ValueId, Window>,
    /// Bytes of all of them.
    pub bytes: usize,
}

/// How a graph is computed.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Plan {
    /// Version of the format.
    pub version: u32,
    /// The arrays.
    pub values: Vec<Value>,
    /// Dtypes of the scalars bound when it runs; none where the plan reads none.
    pub slots: Vec<Option<DType>>,
    /// The steps, in dependency order.
    pub steps: Vec<Step>,
    /// The stages, in dependency order.
    pub stages: Vec<Stage>,
    /// The results, one per root of the graph.
    pub results: Vec<ValueId>,
}

impl std::ops::Index<ValueId> for Plan {
    type Output = Value;
    fn index(&self, id: ValueId) -> &Value {
        &self.values[id.0 as usize]
    }
}

/// Whether the maps from `[b.., i, k]` and from `[b.., k, j]`, to a product of this shape, read the
/// transpose of each other: as many rows as columns, one at the place of the other.
pub fn are_transposed(lhs: &IndexMap, rhs: &IndexMap, product: &[usize]) -> bool {
    let rank = product.len();
    if product[rank - 1] != product[rank - 2] {
        return false;
    }
    let (last, before) = (rank as u8 - 1, rank as u8 - 2);
    let swapped = |m: &DimMap| {
        let terms = m.terms().iter().map(|t| {
            let dim = match t.dim {
                d if d == last => before,
                d if d == before => last,
                d => d,
            };
            Term { dim, ..*t }
        });
        DimMap::sum(m.offset, terms)
    };
    lhs.0.iter().map(swapped).eq(rhs.0.iter().cloned())
}

impl Plan {
    /// The value whose storage `id` shares: itself unless it is an alias.
    pub fn stored(&self, mut id: ValueId) -> ValueId {
        while let Storage::Alias(of) = self[id].storage {
            id = of;
        }
        id
    }

    /// Whether a value has the shape of the one whose storage it shares.
    pub fn is_as_stored(&self, id: ValueId) -> bool {
        self[id].shape == self[self.stored(id)].shape
    }

    /// The task space of a step: what its chunks cut.
    pub fn space(&self, step: &Step) -> Shape {
        match &step.kind {
            StepKind::Blockwise(b) => match &b.output {
                Output::Store { .. } => b.domain.clone(),
                Output::Rows { parts, .. } | Output::Cols { parts, .. } => {
                    self[*parts].shape.clone()
                }
            },
            StepKind::Combine { out, .. } | StepKind::Contract { out, .. } => {
                self[*out].shape.clone()
            }
            StepKind::Scan { out, axis, .. } => {
                let mut shape = self[*out].shape.clone();
                shape[*axis as usize] = shape[*axis as usize].min(1);
                shape
            }
            StepKind::Extern { routine, operands, out } => {
                let batch = routine.batch(self[operands[0]].shape.len());
                let mut space = Shape::from(&self[*out].shape[..batch]);
                let rows = self[*out].shape.get(batch).copied().unwrap_or(1);
                space.push(if routine.family().divisible() { rows } else { rows.min(1) });
                space
            }
        }
    }

    /// The extended space of a step: its space, where a scan has the whole of its axis and a
    /// contraction one more dimension, the summed one. A region of it is what can run at once;
    /// along those dimensions, regions run in order.
    pub fn extent(&self, step: &Step) -> Shape {
        let mut space = self.space(step);
        match &step.kind {
            StepKind::Scan { out, .. } => space = self[*out].shape.clone(),
            StepKind::Contract { inner, .. } => space.push(*inner),
            _ => {}
        }
        space
    }

    /// A region of a step's space as one of its extended space.
    pub fn extended(&self, step: &Step, mut region: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
        match &step.kind {
            StepKind::Scan { out, axis, .. } => {
                region[*axis as usize] = (0, self[*out].shape[*axis as usize]);
            }
            StepKind::Contract { inner, .. } => region.push((0, *inner)),
            _ => {}
        }
        region
    }

    /// Where the windows of a stage's local values lie: a value has its place from the step that
    /// writes it to the last that reads it, after which another value may have it.
    pub fn windows(&self, stage: &Stage) -> Windows {
        let mut windows = Windows::default();
        let Some(split) = stage.split.as_ref().filter(|_| !stage.locals.is_empty()) else {
            return windows;
        };
        let dims: FxHashMap<ValueId, u8> = stage.locals.iter().copied().collect();
        let touched = |s: u32| {
            let step = &self.steps[s as usize];
            let all = self.reads(step).into_iter().chain([self.written(step)]);
            all.map(|v| self.stored(v)).filter(|v| dims.contains_key(v))
        };
        let mut last: FxHashMap<ValueId, usize> = FxHashMap::default();
        for (position, &s) in stage.steps.iter().enumerate() {
            for value in touched(s) {
                last.insert(value, position);
            }
        }
        // The places that are taken, from the first on.
        let mut taken: Vec<(usize, usize, ValueId)> = vec![];
        for (position, &s) in stage.steps.iter().enumerate() {
            let value = self.written(&self.steps[s as usize]);
            if let Some(&dim) = dims.get(&value).filter(|_| !windows.places.contains_key(&value)) {
                let row = count(&self[value].shape[dim as usize + 1..]) * self[value].dtype.size();
                let bytes = self[value].bytes() / split.extent.max(1) * split.chunk;
                let size = bytes.next_multiple_of(64);
                let mut offset = 0;
                let mut at = 0;
                while at < taken.len() && taken[at].0 < offset + size {
                    offset = taken[at].0 + taken[at].1;
                    at += 1;
                }
                taken.insert(at, (offset, size, value));
                windows.bytes = windows.bytes.max(offset + size);
                windows.places.insert(value, Window { offset, row });
            }
            taken.retain(|t| last[&t.2] > position);
        }
        windows
    }

    /// Bytes of the windows of a stage's local values.
    pub fn window_bytes(&self, stage: &Stage) -> usize {
        self.windows(stage).bytes
    }

    /// Bytes of working memory that a step's routine is given, and those that it takes for itself, if
    /// it has one.
    pub fn routine_memory(&self, kind: &StepKind) -> (usize, usize) {
        let StepKind::Extern { routine, operands, .. } = kind else { return (0, 0) };
        let batch = routine.batch(self[operands[0]].shape.len());
        let cores: Vec<_> =
            operands.iter().map(|&v| (self[v].dtype, &self[v].shape[batch..])).collect();
        (routine.family().scratch(&cores), routine.family().own(&cores))
    }

    /// The value a step writes.
    pub fn written(&self, step: &Step) -> ValueId {
        match &step.kind {
            StepKind::Blockwise(b) => match b.output {
                Output::Store { value, .. } => value,
                Output::Rows { parts, .. } | Output::Cols { parts, .. } => parts,
            },
            StepKind::Combine { out, .. }
            | StepKind::Contract { out, .. }
            | StepKind::Scan { out, .. }
            | StepKind::Extern { out, .. } => *out,
        }
    }

    /// The values a step reads (as named, aliases not followed).
    pub fn reads(&self, step: &Step) -> SmallVec<[ValueId; 4]> {
        match &step.kind {
            StepKind::Blockwise(b) => b
                .operands
                .iter()
                .filter_map(|a| match a {
                    Access::Memory { value, .. } => Some(*value),
                    Access::Linear { .. } => None,
                })
                .collect(),
            StepKind::Combine { parts, .. } => [*parts].into_iter().collect(),
            StepKind::Scan { input, .. } => [*input].into_iter().collect(),
            StepKind::Contract { lhs, rhs, .. } => [*lhs, *rhs].into_iter().collect(),
            StepKind::Extern { operands, .. } => operands.iter().copied().collect(),
        }
    }

    /// How many tasks a stage has.
    pub fn tasks(&self, stage: &Stage) -> usize {
        match &stage.split {
            Some(split) => split.extent.div_ceil(split.chunk),
            None => stage.steps.iter().map(|&s| self.step_tasks(&self.steps[s as usize])).sum(),
        }
    }

    /// How many chunks a step's own grid has.
    pub fn step_tasks(&self, step: &Step) -> usize {
        self.space(step).iter().zip(&step.chunk).map(|(&n, &c)| n.div_ceil(c)).product()
    }

    /// What a task of a stage runs: the positions in the stage of its steps, and the number of
    /// the chunk.
    pub fn work(&self, stage: &Stage, task: usize) -> (std::ops::Range<usize>, usize) {
        if stage.split.is_some() {
            return (0..stage.steps.len(), task);
        }
        let mut chunk = task;
        for (position, &s) in stage.steps.iter().enumerate() {
            let tasks = self.step_tasks(&self.steps[s as usize]);
            if chunk < tasks {
                return (position..position + 1, chunk);
            }
            chunk -= tasks;
        }
        (0..0, 0)
    }

    /// The part of its space that a step covers in one chunk of its stage: first index and
    /// size per dimension.
    pub fn region(&self, stage: &Stage, position: usize, chunk: usize) -> Vec<(usize, usize)> {
        let step = &self.steps[stage.steps[position] as usize];
        let space = self.space(step);
        if let Some(split) = &stage.split {
            let dim = split.dims[position] as usize;
            let start = chunk * split.chunk;
            let mut region: Vec<(usize, usize)> = space.iter().map(|&n| (0, n)).collect();
            region[dim] = (start, split.chunk.min(split.extent - start));
            return region;
        }
        let mut index: Shape = Shape::from_elem(0, space.len());
        match step.order {
            TaskOrder::RowMajor => {
                let mut rest = chunk;
                for d in (0..space.len()).rev() {
                    let chunks = space[d].div_ceil(step.chunk[d]);
                    index[d] = rest % chunks;
                    rest /= chunks;
                }
            }
            TaskOrder::Mirrored => {
                (index[0], index[1]) = mirrored(chunk);
            }
        }
        (0..space.len())
            .map(|d| {
                let start = index[d] * step.chunk[d];
                (start, step.chunk[d].min(space[d] - start))
            })
            .collect()
    }

    /// Serialises the plan.
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(self).expect("a plan is plain data")
    }

    /// Reads a plan that came from elsewhere, and verifies it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Plan, String> {
        let (version, _) =
            postcard::take_from_bytes::<u32>(bytes).map_err(|e| format!("no plan: {e}"))?;
        if version != PLAN_VERSION {
            return Err(format!("plan version {version}, this arr reads {PLAN_VERSION}"));
        }
        let plan: Plan = postcard::from_bytes(bytes).map_err(|e| format!("no plan: {e}"))?;
        plan.verify()?;
        Ok(plan)
    }
}
