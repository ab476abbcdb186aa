//! Tasks: one chunk of a stage, run over bound arrays.
//!
//! A task is a pure function of the elements it reads; it writes its chunk of the stage's values
//! and nothing else. Tasks of one stage write disjoint chunks, which is what lets them run at the
//! same time over shared arrays.
#![allow(unsafe_code, reason = "tasks work on raw arrays; the plan is verified")]

use super::cache::Compiler;
use super::drive::{Across, Bound, BoundOperand, Feed, Frame, SIDE_BY_SIDE, layout};
use super::folds::Folds;
use super::steps::{self, View};
use super::tiles::{Level, copy::stream_copy, fold::widening};
use crate::buffer::{Buffer, Charge, OutOfMemory, Pool, dense_strides};
use arr_ir::dtype::{DType, Scalar};
use arr_ir::fold::LANES;
use arr_ir::footprint::Part;
use arr_ir::kernel::{Code, Kernel};
use arr_ir::op::{FoldOp, MapOp};
use arr_ir::oracle::each_index;
use arr_ir::plan::{
    Access, Blockwise, Output, ParamRef, Plan, Stage, Step, StepKind, Storage, ValueId, Windows,
    are_transposed,
};
use arr_ir::routine::{Block, Routine, Task, Workers};
use arr_ir::shape::{IndexMap, Shape};
use arr_ir::with_element;
use smallvec::SmallVec;
use std::sync::Arc;

/// Results of at least this many bytes bypass the cache.
const STREAM_BYTES: usize = 24 << 20;

/// A step made ready.
pub enum BoundStep {
    /// A fused kernel, with the routines of its fold.
    Kernel(Box<Bound>, Option<Folds>),
    /// Any other step needs nothing.
    Plain,
    /// A step that does not run now.
    Absent,
}

type Strides = SmallVec<[isize; 4]>;

/// The arrays of one run: addresses and byte strides per value.
#[derive(Clone)]
pub struct Arrays<'a> {
    plan: &'a Plan,
    slots: &'a [Scalar],
    /// Per value: the buffer of its storage.
    buffers: Vec<Option<Buffer>>,
    strides: Vec<Strides>,
    /// Per value: bytes from its buffer to where index 0 would be, and that buffer, where only a
    /// box of the value is there.
    boxes: Vec<Option<(Buffer, isize)>>,
    /// Whether all tasks of a stage are run on these arrays.
    whole_stages: bool,
}

impl<'a> Arrays<'a> {
    /// Arrays of which only boxes are there: what one task needs. `parts` and `buffers` go
    /// together; each buffer is dense, of its part's shape.
    pub fn of_parts(
        plan: &'a Plan,
        slots: &'a [Scalar],
        parts: &[Part],
        buffers: &[Buffer],
    ) -> Result<Self, String> {
        let mut arrays = Arrays::empty(plan, slots);
        for (part, buffer) in parts.iter().zip(buffers) {
            arrays.put_part(part, buffer)?;
        }
        Ok(arrays)
    }

    /// Arrays of a verified plan, none of which is there yet.
    fn empty(plan: &'a Plan, slots: &'a [Scalar]) -> Self {
        let strides = plan.values.iter().map(|v| dense_strides(&v.shape, v.dtype)).collect();
        let n = plan.values.len();
        let (buffers, boxes) = (vec![None; n], vec![None; n]);
        Arrays { plan, slots, buffers, strides, boxes, whole_stages: false }
    }

    /// Arrays of a verified plan: its inputs are bound, but for those that come by boxes
    /// ([`Arrays::put_part`]); nothing else is there yet. The error says which input does not
    /// suit.
    pub fn new(
        plan: &'a Plan,
        inputs: &[Option<Buffer>],
        slots: &'a [Scalar],
    ) -> Result<Self, String> {
        for (i, dtype) in plan.slots.iter().enumerate() {
            let found = slots.get(i).map(|s| s.dtype);
            if dtype.is_some() && found != *dtype {
                return Err(format!("scalar {i} is {found:?} for {dtype:?}"));
            }
        }
        let mut arrays = Arrays::empty(plan, slots);
        for (i, v) in plan.values.iter().enumerate() {
            if let Storage::Input(slot) = v.storage {
                let Some(b) = inputs.get(slot as usize).ok_or("an input is missing")? else {
                    continue;
                };
                if b.dtype() != v.dtype || b.shape() != v.shape.as_slice() {
                    return Err(format!("input {slot} is {}{:?}", b.dtype(), b.shape()));
                }
                arrays.strides[i] = b.strides().into();
                arrays.buffers[i] = Some(b.clone());
            }
        }
        Ok(arrays)
    }

    /// Promises that all tasks of a stage are run on these arrays, which are there as a whole: one
    /// task may then write what another would compute again.
    pub fn with_whole_stages(mut self) -> Self {
        self.whole_stages = true;
        self
    }

    /// Puts a box of a value in its place; the buffer is dense, of the part's shape.
    ///
    /// # Errors
    /// The part is none of the value's, or the buffer does not suit.
    pub fn put_part(&mut self, part: &Part, buffer: &Buffer) -> Result<(), String> {
        let (plan, at) = (self.plan, part.value.0 as usize);
        let v = plan.values.get(at).ok_or("no such value")?;
        let ranks = part.start.len() == v.shape.len() && part.shape.len() == v.shape.len();
        let inside = |d: usize| part.start[d] + part.shape[d] <= v.shape[d];
        let suits = buffer.is_dense()
            && buffer.dtype() == v.dtype
            && buffer.shape() == part.shape.as_slice();
        if !ranks || !(0..v.shape.len()).all(inside) || !suits {
            return Err(format!("a part of v{at} does not fit"));
        }
        let own = dense_strides(&part.shape, v.dtype);
        let origin: isize = part.start.iter().zip(&own).map(|(&i, &s)| i as isize * s).sum();
        self.strides[at] = own;
        self.boxes[at] = Some((buffer.clone(), -origin));
        // What a task writes it may read again under a shape with other dimensions of one index.
        for i in 0..plan.values.len() {
            let id = ValueId(i as u32);
            if i != at && plan.stored(id) == part.value && self.boxes[i].is_none() {
                let from = &self.strides[at];
                if let Some(own) = same_but_for_ones(&v.shape, from, &plan[id].shape) {
                    self.boxes[i] = self.boxes[at].clone();
                    self.strides[i] = own;
                }
            }
        }
        Ok(())
    }

    /// Puts the array of a written value in its place.
    pub fn put(&mut self, value: ValueId, buffer: Buffer) {
        let v = &self.plan[value];
        assert!(v.storage == Storage::Written && buffer.is_dense());
        assert!(buffer.dtype() == v.dtype && buffer.shape() == v.shape.as_slice());
        self.buffers[value.0 as usize] = Some(buffer);
    }

    /// Puts every empty written value in its place: no step writes one.
    ///
    /// # Errors
    /// No memory.
    pub fn put_empty(&mut self, pool: &Arc<Pool>) -> Result<(), OutOfMemory> {
        for (i, v) in self.plan.values.iter().enumerate() {
            if v.storage == Storage::Written && v.bytes() == 0 {
                self.put(ValueId(i as u32), Buffer::new(pool, v.dtype, v.shape.clone())?);
            }
        }
        Ok(())
    }

    /// Takes the array of a value away.
    pub fn take(&mut self, value: ValueId) -> Option<Buffer> {
        self.buffers[value.0 as usize].take()
    }

    /// Copies a dense buffer to the elements of an array in memory, from one on. The array is the
    /// result of the step that runs, and the caller is all of that step.
    pub(crate) fn copy_into(
        &self,
        value: ValueId,
        first: usize,
        data: &Buffer,
    ) -> Result<(), String> {
        let whole = self.get(value).ok_or("the result is missing")?;
        let bytes = data.bytes().ok_or("a part is not dense")?;
        let at = first * whole.dtype().size();
        if !whole.is_dense() || at + bytes.len() > whole.nbytes() {
            return Err("a part of another array".into());
        }
        // SAFETY: the bytes lie inside of the array, which nobody else reads or writes now.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), whole.ptr().add(at), bytes.len()) };
        Ok(())
    }

    /// The array of a value, under the value's own shape.
    pub fn get(&self, value: ValueId) -> Option<Buffer> {
        let stored = self.buffers[self.plan.stored(value).0 as usize].as_ref()?;
        let shape = &self.plan[value].shape;
        match stored.shape() == shape.as_slice() {
            true => Some(stored.clone()),
            false => Some(stored.reshaped(shape.clone())),
        }
    }

    fn base(&self, value: ValueId) -> *mut u8 {
        if let Some((buffer, origin)) = &self.boxes[value.0 as usize] {
            return buffer.ptr().wrapping_offset(*origin);
        }
        let stored = self.plan.stored(value);
        self.buffers[stored.0 as usize].as_ref().expect("allocated before its readers").ptr()
    }

    /// Whether every array lies densely, as [`bind`] assumes when it is not told otherwise.
    pub fn dense(&self) -> bool {
        self.buffers.iter().flatten().all(Buffer::is_dense)
    }

    /// Makes a step ready for these arrays.
    pub fn bind(
        &self,
        stage: &Stage,
        position: usize,
        compiler: &Compiler,
    ) -> Result<BoundStep, String> {
        let step = &self.plan.steps[stage.steps[position] as usize];
        match &step.kind {
            StepKind::Blockwise(b) => self.bind_kernel(stage, b, compiler),
            _ => Ok(BoundStep::Plain),
        }
    }

    /// Byte strides of a value inside a stage: those of the window for a local one.
    fn value_strides(&self, stage: &Stage, value: ValueId) -> Strides {
        match (local(stage, value), &stage.split) {
            (Some(dim), Some(split)) => {
                let mut window = self.plan[value].shape.clone();
                window[dim] = split.chunk.min(window[dim]);
                dense_strides(&window, self.plan[value].dtype)
            }
            _ => self.strides[value.0 as usize].clone(),
        }
    }

    fn bind_kernel(
        &self,
        stage: &Stage,
        b: &Blockwise,
        compiler: &Compiler,
    ) -> Result<BoundStep, String> {
        let rank = b.domain.len();
        let level = Level::detect();
        let linear =
            |map: &IndexMap, value: ValueId| map.linear(&self.value_strides(stage, value), rank);
        let operands: Vec<BoundOperand> = b
            .operands
            .iter()
            .zip(&b.kernel.operands)
            .map(|(access, operand)| {
                let (offset, strides) = match access {
                    Access::Memory { value, map } => linear(map, *value),
                    Access::Linear { offset, strides } => {
                        (*offset as isize, strides.iter().map(|&s| s as isize).collect())
                    }
                };
                let feed = Feed::new(&operand.source, operand.dtype, level);
                BoundOperand { feed, dtype: operand.dtype, offset, strides }
            })
            .collect();
        let total = b.kernel.dtype();
        let (mut out_strides, mut out_offset) = (SmallVec::new(), 0);
        let (mut loops, mut part_strides) = (SmallVec::new(), SmallVec::new());
        let mut across = None;
        let inner = match &b.output {
            Output::Store { value, start, step } => {
                let out = self.value_strides(stage, *value);
                out_offset = start.iter().zip(&out).map(|(&i, &s)| i as isize * s).sum();
                out_strides = step.iter().zip(&out).map(|(&k, &s)| k as isize * s).collect();
                loops = order(b, &operands);
                loops.last().copied()
            }
            Output::Rows { kept, parts, .. } => {
                part_strides = self.value_strides(stage, *parts);
                across = columns_across(b, *kept as usize, &operands, &part_strides);
                across.map(|a| a.dim).or_else(|| innermost(b, *kept as usize, rank))
            }
            Output::Cols { outer, reduced, parts, .. } => {
                part_strides = self.value_strides(stage, *parts);
                innermost(b, *outer as usize + *reduced as usize, rank)
            }
        };
        let layouts: Vec<_> = operands
            .iter()
            .map(|o| layout(&o.feed, o.dtype.size(), inner.map_or(0, |d| o.strides[d]), &o.strides))
            .collect();
        let op = match &b.output {
            Output::Store { .. } => None,
            Output::Rows { op, .. } | Output::Cols { op, .. } => Some(*op),
        };
        let registers = op.filter(|_| across.is_some_and(|a| a.registers));
        let narrow = op.filter(|_| registers.is_none()).and_then(|op| uncast(&b.kernel, op));
        let kernel = narrow.as_ref().unwrap_or(&b.kernel);
        let program = match registers {
            Some(op) => compiler.folding(kernel, &layouts, op),
            None => compiler.program(kernel, &layouts),
        };
        let program = program.map_err(|e| e.to_string())?;
        let dtype = kernel.dtype();
        let fold = |op| Folds::new(op, dtype, total, level).ok_or("no such fold");
        let folds = op.map(fold).transpose()?;
        let bound = Bound {
            program,
            operands,
            dtype,
            stream: stream_copy(level),
            out_strides,
            part_strides,
            out_offset,
            order: loops,
            across,
        };
        Ok(BoundStep::Kernel(Box::new(bound), folds))
    }

    /// Bytes of scratch that a task of a stage with these bound steps needs.
    pub fn scratch(&self, stage: &Stage, bound: &[&BoundStep]) -> usize {
        let of_step = |(&step, bound): (&u32, &&BoundStep)| match bound {
            BoundStep::Kernel(bound, _) => bound.scratch_bytes(),
            BoundStep::Absent => 0,
            BoundStep::Plain => self.plan.routine_memory(&self.plan.steps[step as usize].kind).0,
        };
        stage.steps.iter().zip(bound).map(of_step).max().unwrap_or(0)
    }

    /// The working memory of a thread that runs tasks of a stage, `step` bytes of it for steps
    /// ([`Arrays::scratch`]).
    ///
    /// # Errors
    /// No memory.
    pub fn working(
        &self,
        pool: &Arc<Pool>,
        stage: &Stage,
        step: usize,
    ) -> Result<Scratch, OutOfMemory> {
        let (windows, step) = (self.plan.windows(stage), step.next_multiple_of(64));
        let own = |&s: &u32| self.plan.routine_memory(&self.plan.steps[s as usize].kind).1;
        let own = match stage.steps.iter().map(own).max() {
            None | Some(0) => None,
            Some(bytes) => Some(pool.charge(bytes)?),
        };
        Ok(Scratch { block: pool.block(step + windows.bytes)?, step, windows, _own: own })
    }

    /// Runs one task of a stage whose steps are bound.
    ///
    /// `scratch` is of the stage ([`Arrays::working`]).
    ///
    /// # Errors
    /// What a routine refuses for its values.
    pub fn run(
        &self,
        stage: &Stage,
        bound: &[&BoundStep],
        task: usize,
        scratch: &mut Scratch,
        workers: &dyn Workers,
    ) -> Result<(), String> {
        let (positions, chunk) = self.plan.work(stage, task);
        for position in positions {
            let region = self.plan.region(stage, position, chunk);
            if region.iter().all(|r| r.1 > 0) {
                let step = &self.plan.steps[stage.steps[position] as usize];
                let mirrored = self.whole_stages && stage.split.is_none() && gram(self.plan, step);
                let rank = region.len();
                if mirrored && region[rank - 2].0 > region[rank - 1].0 {
                    continue;
                }
                let extended = self.plan.extended(step, region.clone());
                self.run_step(stage, bound, (position, &extended, chunk), scratch, workers)?;
                if mirrored && region[rank - 2].0 < region[rank - 1].0 {
                    let out = self.plan.written(step);
                    let strides = self.value_strides(stage, out);
                    let view = View { ptr: self.address(stage, out, chunk, scratch), strides };
                    // SAFETY: the task of the mirrored block leaves it to this one.
                    unsafe { steps::mirror(&view, &region, self.plan[out].dtype.size()) };
                }
            }
        }
        Ok(())
    }

    /// Runs the step at a position of a stage over a region of its extended space; `chunk` is the
    /// number of the stage's chunk, where it has a split.
    ///
    /// # Errors
    /// What a routine refuses for its values.
    pub fn run_step(
        &self,
        stage: &Stage,
        bound: &[&BoundStep],
        (position, region, chunk): (usize, &[(usize, usize)], usize),
        scratch: &mut Scratch,
        workers: &dyn Workers,
    ) -> Result<(), String> {
        let kind = &self.plan.steps[stage.steps[position] as usize].kind;
        let address = |value: ValueId| self.address(stage, value, chunk, scratch);
        match (bound[position], kind) {
            (BoundStep::Kernel(b, folds), StepKind::Blockwise(k)) => {
                self.run_kernel(k, b, folds.as_ref(), region, stage, scratch, &address)
            }
            (_, StepKind::Extern { routine, operands, out }) => {
                self.run_routine(routine, (operands, *out), region, scratch, workers)?;
            }
            (_, kind) => self.run_plain(stage, kind, region, &address),
        }
        Ok(())
    }

    /// Runs a routine on every block of a region: batch indices, then the rows of its result.
    fn run_routine(
        &self,
        routine: &Routine,
        (operands, out): (&[ValueId], ValueId),
        region: &[(usize, usize)],
        scratch: &Scratch,
        workers: &dyn Workers,
    ) -> Result<(), String> {
        let family = routine.family();
        let batch = region.len() - 1;
        let core = &self.plan[out].shape[batch..];
        let all = core.first().copied().unwrap_or(1);
        let (first, rows) = match family.divisible() {
            true => region[batch],
            false => (0, all),
        };
        let bytes = |shape: &[usize], dtype: DType| shape.iter().product::<usize>() * dtype.size();
        let row = bytes(core.get(1..).unwrap_or(&[]), self.plan[out].dtype);
        let sizes: SmallVec<[usize; 4]> = region[..batch].iter().map(|r| r.1).collect();
        // The core shape of each operand as the routine sees it, and where its rows begin.
        let cores: SmallVec<[(Shape, usize); 4]> = operands
            .iter()
            .enumerate()
            .map(|(i, &v)| {
                let mut core = Shape::from(&self.plan[v].shape[batch..]);
                let all = core.first().copied().unwrap_or(1);
                let Some(own) = family.rows_of(i, (first, rows), all) else { return (core, 0) };
                core[0] = own.1;
                let start = own.0 * bytes(&core[1..], self.plan[v].dtype);
                (core, start)
            })
            .collect();
        let aligned = (0..operands.len()).any(|i| family.per_row(i).is_some());
        let given = if aligned { 0..rows } else { first..first + rows };
        let mut result = Ok(());
        each_index(&sizes, |index| {
            if result.is_err() {
                return;
            }
            let at = |value: ValueId| {
                let strides = &self.strides[value.0 as usize];
                let moved = region[..batch].iter().zip(index).zip(strides);
                let offset: isize = moved.map(|((r, &i), &s)| (r.0 + i) as isize * s).sum();
                self.base(value).wrapping_offset(offset)
            };
            let blocks: SmallVec<[Block<'_>; 4]> = operands
                .iter()
                .zip(&cores)
                .map(|(&v, (shape, start))| {
                    let dtype = self.plan[v].dtype;
                    let size = bytes(shape, dtype);
                    // An operand without elements need not be at hand.
                    if size == 0 {
                        return Block { dtype, shape, data: bytemuck::cast_slice::<u64, u8>(&[]) };
                    }
                    // SAFETY: the plan is verified and its arrays are dense: the core block of
                    // an operand, or the rows of it that the task needs, lies there whole, and
                    // no task of the stage writes it.
                    let data = unsafe { slice(at(v).wrapping_add(*start), size) };
                    Block { dtype, shape, data }
                })
                .collect();
            // SAFETY: tasks of a stage write disjoint rows, which lie one after the other; the
            // scratch block belongs to this thread and has the step's size.
            let (out, scratch) = unsafe {
                let out = at(out).wrapping_add(first * row);
                (slice_mut(out, rows * row), slice_mut(scratch.ptr(), scratch.step))
            };
            let cores: SmallVec<[_; 4]> = blocks.iter().map(|b| (b.dtype, b.shape)).collect();
            let scratch = &mut scratch[..family.scratch(&cores)];
            let rows = given.clone();
            result = family.run(Task { operands: &blocks, rows, out, scratch, workers });
        });
        result
    }

    /// The address that index 0 of a value would have: its array's, or that of a window moved
    /// back to where index 0 would be.
    fn address(&self, stage: &Stage, value: ValueId, task: usize, scratch: &Scratch) -> *mut u8 {
        let Some(window) = scratch.windows.places.get(&value) else { return self.base(value) };
        let start = stage.split.as_ref().map_or(0, |split| task * split.chunk);
        scratch.first_window().wrapping_add(window.offset).wrapping_sub(start * window.row)
    }

    #[allow(clippy::too_many_arguments, reason = "a task's parts, all borrowed")]
    fn run_kernel(
        &self,
        k: &Blockwise,
        bound: &Bound,
        folds: Option<&Folds>,
        region: &[(usize, usize)],
        stage: &Stage,
        scratch: &Scratch,
        address: &dyn Fn(ValueId) -> *mut u8,
    ) {
        let bases: SmallVec<[*const u8; 8]> = k
            .operands
            .iter()
            .map(|a| match a {
                Access::Memory { value, .. } => address(*value).cast_const(),
                Access::Linear { .. } => std::ptr::null(),
            })
            .collect();
        let params: SmallVec<[u64; 8]> = k
            .params
            .iter()
            .map(|p| match p {
                ParamRef::Slot(s) => self.slots[*s as usize].bits as u64,
                ParamRef::Const(s) => s.bits as u64,
            })
            .collect();
        let value = match &k.output {
            Output::Store { value, .. } => *value,
            Output::Rows { parts, .. } | Output::Cols { parts, .. } => *parts,
        };
        let stream = local(stage, value).is_none() && self.plan[value].bytes() >= STREAM_BYTES;
        let frame = Frame {
            bound,
            bases: &bases,
            params: &params,
            out: address(value),
            scratch: scratch.ptr(),
            stream,
        };
        // SAFETY: the plan is verified, the arrays have its shapes, tasks of a stage write
        // disjoint regions, and the scratch block has the step's size.
        unsafe {
            match (&k.output, folds) {
                (Output::Rows { kept, .. }, Some(f)) => {
                    frame.fold_rows(&k.domain, *kept as usize, region, f)
                }
                (Output::Cols { outer, reduced, .. }, Some(f)) => {
                    frame.fold_cols(&k.domain, *outer as usize, *reduced as usize, region, f)
                }
                _ => frame.store(region),
            }
        }
    }

    fn run_plain(
        &self,
        stage: &Stage,
        kind: &StepKind,
        region: &[(usize, usize)],
        address: &dyn Fn(ValueId) -> *mut u8,
    ) {
        let view = |value: ValueId| View {
            ptr: address(value),
            strides: self.value_strides(stage, value),
        };
        let through = |value: ValueId, map: &IndexMap, rank: usize| {
            let (offset, strides) = map.linear(&self.value_strides(stage, value), rank);
            View { ptr: address(value).wrapping_offset(offset), strides }
        };
        let float = "the verifier asks for real dtypes";
        // SAFETY: as for kernels.
        match kind {
            StepKind::Combine { op, axis, parts, out } => {
                let n = self.plan[*parts].shape[*axis as usize];
                let axis = *axis as usize;
                with_element!(self.plan[*out].dtype, T => unsafe {
                    steps::combine::<T>(*op, axis, n, &view(*parts), &view(*out), region)
                }, complex => unreachable!("{float}"));
            }
            StepKind::Scan { op, axis, input, map, out } => {
                let from = through(*input, map, region.len());
                with_element!(self.plan[*out].dtype, T => unsafe {
                    steps::scan::<T>(*op, *axis as usize, &from, &view(*out), region)
                }, complex => unreachable!("{float}"));
            }
            StepKind::Contract { lhs, lhs_map, rhs, rhs_map, out, .. } => {
                let rank = region.len() - 1;
                let (l, r) = (through(*lhs, lhs_map, rank), through(*rhs, rhs_map, rank));
                let o = view(*out);
                match self.plan[*out].dtype {
                    DType::F32 => unsafe { steps::contract::<f32>(&l, &r, &o, region) },
                    _ => unsafe { steps::contract::<f64>(&l, &r, &o, region) },
                }
            }
            StepKind::Blockwise(_) | StepKind::Extern { .. } => unreachable!("run otherwise"),
        }
    }
}

/// Whether a step multiplies a value with its own transpose in square blocks: every block above the
/// diagonal is the transpose of one below, bit for bit.
fn gram(plan: &Plan, step: &Step) -> bool {
    let StepKind::Contract { lhs, lhs_map, rhs, rhs_map, out, .. } = &step.kind else {
        return false;
    };
    let rank = step.chunk.len();
    let (row, column) = (rank - 2, rank - 1);
    lhs == rhs
        && step.chunk[row] == step.chunk[column]
        && are_transposed(lhs_map, rhs_map, &plan[*out].shape)
}

/// The bytes at an address; no address is needed for none.
///
/// # Safety
/// As for [`std::slice::from_raw_parts`], where `bytes` is not 0.
unsafe fn slice<'s>(ptr: *const u8, bytes: usize) -> &'s [u8] {
    match bytes {
        0 => bytemuck::cast_slice::<u128, u8>(&[]),
        // SAFETY: the caller's promise.
        _ => unsafe { std::slice::from_raw_parts(ptr, bytes) },
    }
}

/// The bytes at an address, to write.
///
/// # Safety
/// As for [`std::slice::from_raw_parts_mut`], where `bytes` is not 0.
unsafe fn slice_mut<'s>(ptr: *mut u8, bytes: usize) -> &'s mut [u8] {
    match bytes {
        0 => bytemuck::cast_slice_mut::<u128, u8>(&mut []),
        // SAFETY: the caller's promise.
        _ => unsafe { std::slice::from_raw_parts_mut(ptr, bytes) },
    }
}

/// The strides of a value of shape `from` under a shape that differs in dimensions of one index.
fn same_but_for_ones(from: &[usize], strides: &[isize], to: &[usize]) -> Option<Strides> {
    let mut wide = from.iter().zip(strides).filter(|(n, _)| **n != 1);
    let own = to.iter().map(|&n| match n {
        1 => Some(0),
        n => wide.next().filter(|(m, _)| **m == n).map(|(_, &s)| s),
    });
    let own: Strides = own.collect::<Option<_>>()?;
    wide.next().is_none().then_some(own)
}

/// The window dimension of a value that is local to a stage.
fn local(stage: &Stage, value: ValueId) -> Option<usize> {
    stage.locals.iter().find(|l| l.0 == value).map(|l| l.1 as usize)
}

/// The last domain dimension in `from..to` with more than one index.
fn innermost(b: &Blockwise, from: usize, to: usize) -> Option<usize> {
    (from..to).rev().find(|&d| b.domain[d] > 1)
}

/// The kernel without the cast at its end, where a fold can take the elements as they are before it.
fn uncast(kernel: &Kernel, op: FoldOp) -> Option<Kernel> {
    let last = &kernel[kernel.result];
    let Code::Map(MapOp::Cast) = last.code else { return None };
    let from = last.args[0];
    widening(op, kernel[from].dtype, last.dtype, Level::Baseline)?;
    Some(Kernel { result: from, ..kernel.clone() })
}

/// Rows of at most this many elements are folded side by side.
const SHORT: usize = 32;
/// The same where nothing has to be packed for it.
const SHORT_UNPACKED: usize = 256;

/// The kept dimension along which the rows of a fold lie side by side: a long one, along which
/// operands and result run through memory if possible. Short rows always do, long ones where an
/// operand in memory crosses them and no more run along them than along the kept dimension.
fn columns_across(
    b: &Blockwise,
    kept: usize,
    operands: &[BoundOperand],
    parts: &[isize],
) -> Option<Across> {
    let reduced = &b.domain[kept..];
    let elements: usize = reduced.iter().product();
    if elements < 2 {
        return None;
    }
    let packed = |d: usize| {
        let crosses = |o: &&BoundOperand| {
            o.feed.is_memory() && o.strides[d] != 0 && o.strides[d] != o.dtype.size() as isize
        };
        operands.iter().filter(crosses).count()
    };
    let size = b.kernel.dtype().size() as isize;
    let rank = |d: &usize| {
        (b.domain[*d] < SIDE_BY_SIDE, packed(*d), parts[*d] != size, std::cmp::Reverse(*d))
    };
    let best = (0..kept).filter(|&d| b.domain[d] >= 8).min_by_key(rank)?;
    let short = match packed(best) {
        0 => SHORT_UNPACKED,
        _ => SHORT,
    };
    let pieces = elements > short;
    let inner = innermost(b, kept, b.domain.len())?;
    let along = |d: usize| {
        let runs =
            |o: &&BoundOperand| o.feed.is_memory() && o.strides[d] == o.dtype.size() as isize;
        operands.iter().filter(runs).count()
    };
    let crossed = packed(inner) > 0 && along(best) >= along(inner).max(1);
    // Windows over an operand, of which neighbours read the same elements.
    let overlap = |o: &BoundOperand| {
        let size = o.dtype.size() as isize;
        o.feed.is_memory() && o.strides[best] == size && o.strides[inner].abs() == size
    };
    let windows = packed(best) == 0 && operands.iter().any(overlap);
    let registers = elements > LANES && (windows || packed(best) == 0 && !pieces);
    if let Code::Load(_) = b.kernel[b.kernel.result].code
        && elements > SHORT
        && !crossed
    {
        // Rows that lie in memory are folded there.
        return None;
    }
    (!pieces || crossed || windows).then_some(Across { dim: best, pieces, registers })
}

/// The order of a store's loops: innermost the output's contiguous dimension, next to it one
/// along which an operand that crosses the columns is contiguous.
fn order(b: &Blockwise, operands: &[BoundOperand]) -> SmallVec<[usize; 4]> {
    let mut order: SmallVec<[usize; 4]> = (0..b.domain.len()).collect();
    let Some(inner) = innermost(b, 0, b.domain.len()) else { return order };
    order.retain(|d| *d != inner);
    let crossing = operands.iter().find_map(|o| {
        let size = o.dtype.size() as isize;
        let packed = o.feed.is_memory() && o.strides[inner] != size && o.strides[inner] != 0;
        packed.then(|| order.iter().copied().find(|&d| o.strides[d] == size && b.domain[d] > 1))?
    });
    if let Some(d) = crossing {
        order.retain(|x| *x != d);
        order.push(d);
    }
    order.push(inner);
    order
}

/// A thread's working memory: of steps, and after it the windows of a stage.
pub struct Scratch {
    block: crate::buffer::Block,
    /// Bytes for steps.
    step: usize,
    windows: Windows,
    /// What routines take for themselves.
    _own: Option<Charge>,
}

impl Scratch {
    fn ptr(&self) -> *mut u8 {
        self.block.ptr()
    }

    fn first_window(&self) -> *mut u8 {
        self.block.ptr().wrapping_add(self.step)
    }
}
