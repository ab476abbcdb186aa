//! Short runs: plans of a few small kernels, each one task, over dense arrays.
//!
//! State before: a plan that ran once, so that its kernels are bound. State after: its results, the
//! bits of [`super::task`], whose work this is without what large arrays need: tasks, threads,
//! windows, arrays that lie apart. Small loops run the same short plan over and over.
#![allow(unsafe_code, reason = "runs kernels over raw arrays; the plan is verified")]

use super::drive::{Frame, Tile};
use super::task::BoundStep;
use crate::buffer::{Buffer, Pool};
use arr_ir::dtype::{DType, Scalar};
use arr_ir::plan::{Access, Output, ParamRef, Plan, StepKind, Storage, ValueId};
use arr_ir::shape::{Shape, count};
use smallvec::SmallVec;
use std::sync::{Arc, OnceLock};

/// Bytes that the arrays of a short run take together.
const MOST_BYTES: usize = 256 << 10;

/// Addresses by value.
type Bases = SmallVec<[*mut u8; 16]>;

/// A plan made ready for short runs.
pub struct Short {
    kernels: Vec<Kernel>,
    /// Inputs, with their numbers.
    inputs: Vec<(usize, (ValueId, DType, Shape))>,
    /// Written values.
    written: Vec<(ValueId, DType, Shape)>,
    scratch: usize,
}

/// A kernel over the whole of its domain.
struct Kernel {
    step: usize,
    region: SmallVec<[(usize, usize); 4]>,
    /// Of a store.
    tile: Option<Tile>,
    /// Where operands lie: values that are stored, none for what is generated.
    operands: SmallVec<[Option<ValueId>; 4]>,
    out: ValueId,
}

impl Short {
    /// A plan whose steps are bound for dense arrays; none for one that is not short.
    pub fn of(plan: &Plan, bound: &[OnceLock<BoundStep>]) -> Option<Short> {
        let mut short = Short { kernels: vec![], inputs: vec![], written: vec![], scratch: 0 };
        let mut bytes = 0usize;
        for (i, v) in plan.values.iter().enumerate() {
            let entry = (ValueId(i as u32), v.dtype, v.shape.clone());
            bytes = bytes.saturating_add(v.bytes());
            match v.storage {
                Storage::Input(slot) => short.inputs.push((slot as usize, entry)),
                Storage::Written => short.written.push(entry),
                Storage::Alias(_) => {}
            }
        }
        if bytes > MOST_BYTES {
            return None;
        }
        for stage in &plan.stages {
            if stage.split.is_some() || plan.tasks(stage) != stage.steps.len() {
                return None;
            }
            for task in 0..stage.steps.len() {
                let (positions, chunk) = plan.work(stage, task);
                for position in positions {
                    let number = stage.steps[position] as usize;
                    let (step, bound) = (&plan.steps[number], bound[number].get()?);
                    let (StepKind::Blockwise(b), BoundStep::Kernel(k, _)) = (&step.kind, bound)
                    else {
                        return None;
                    };
                    let region = plan.region(stage, position, chunk);
                    if region.iter().any(|r| r.1 == 0) || count(&b.domain) > MOST_BYTES {
                        return None;
                    }
                    let region = plan.extended(step, region);
                    let operands = b.operands.iter().map(|access| match access {
                        Access::Memory { value, .. } => Some(plan.stored(*value)),
                        Access::Linear { .. } => None,
                    });
                    let store = matches!(b.output, Output::Store { .. });
                    short.scratch = short.scratch.max(k.scratch_bytes());
                    short.kernels.push(Kernel {
                        step: number,
                        tile: store.then(|| k.only_tile(&region)).flatten(),
                        operands: operands.collect(),
                        out: plan.stored(plan.written(step)),
                        region: region.into_iter().collect(),
                    });
                }
            }
        }
        Some(short)
    }

    /// How many tasks it is.
    pub fn tasks(&self) -> usize {
        self.kernels.len()
    }

    /// Runs the plan that this was made of; none, with nothing done, where inputs do not lie densely
    /// or are others, or there is no memory.
    pub fn run(
        &self,
        plan: &Plan,
        bound: &[OnceLock<BoundStep>],
        pool: &Arc<Pool>,
        inputs: &[Buffer],
        slots: &[Scalar],
    ) -> Option<Vec<Buffer>> {
        let mut at = self.bases(plan, inputs, slots)?;
        let mut made: SmallVec<[Buffer; 4]> = SmallVec::new();
        for (value, dtype, shape) in &self.written {
            let buffer = Buffer::new(pool, *dtype, shape.clone()).ok()?;
            at[value.0 as usize] = buffer.ptr();
            made.push(buffer);
        }
        let scratch = pool.block(self.scratch).ok()?;
        for kernel in &self.kernels {
            let bound = bound[kernel.step].get()?;
            // SAFETY: the plan is verified, the arrays are dense and have its shapes, as the steps
            // were bound; nothing else runs over them, and the scratch block has the largest
            // step's size.
            unsafe {
                kernel.run((&plan.steps[kernel.step].kind, bound), &at, slots, scratch.ptr())
            };
        }
        let result = |&r: &ValueId| {
            let (value, v) = (plan.stored(r), &plan[r]);
            let buffer = match plan[value].storage {
                Storage::Input(slot) => inputs.get(slot as usize)?,
                _ => &made[self.written.iter().position(|w| w.0 == value)?],
            };
            Some(match buffer.shape() == v.shape.as_slice() {
                true => buffer.clone(),
                false => buffer.reshaped(v.shape.clone()),
            })
        };
        plan.results.iter().map(result).collect()
    }

    /// The addresses of the inputs, by value; none where they or the scalars do not suit.
    fn bases(&self, plan: &Plan, inputs: &[Buffer], slots: &[Scalar]) -> Option<Bases> {
        let mut at = Bases::from_elem(std::ptr::null_mut(), plan.values.len());
        for (slot, (value, dtype, shape)) in &self.inputs {
            let buffer = inputs.get(*slot)?;
            let suits = buffer.dtype() == *dtype && buffer.shape() == shape.as_slice();
            if !suits || !buffer.is_dense() {
                return None;
            }
            at[value.0 as usize] = buffer.ptr();
        }
        let has = |(i, dtype): (usize, &Option<DType>)| match (dtype, slots.get(i)) {
            (Some(dtype), Some(slot)) => slot.dtype == *dtype,
            (dtype, _) => dtype.is_none(),
        };
        plan.slots.iter().enumerate().all(has).then_some(at)
    }
}

impl Kernel {
    /// # Safety
    /// The step is the one this was made of, bound for dense arrays; `at` has the addresses of its
    /// arrays by value, and `scratch` its bytes.
    unsafe fn run(
        &self,
        (kind, bound): (&StepKind, &BoundStep),
        at: &[*mut u8],
        slots: &[Scalar],
        scratch: *mut u8,
    ) {
        let (StepKind::Blockwise(k), BoundStep::Kernel(b, folds)) = (kind, bound) else {
            unreachable!("short plans have kernels only")
        };
        let base = |value: &Option<ValueId>| match value {
            Some(value) => at[value.0 as usize].cast_const(),
            None => std::ptr::null(),
        };
        let bases: SmallVec<[*const u8; 8]> = self.operands.iter().map(base).collect();
        let param = |p: &ParamRef| match p {
            ParamRef::Slot(s) => slots[*s as usize].bits as u64,
            ParamRef::Const(s) => s.bits as u64,
        };
        let params: SmallVec<[u64; 8]> = k.params.iter().map(param).collect();
        let out = at[self.out.0 as usize];
        let (bases, params) = (&bases[..], &params[..]);
        let frame = Frame { bound: b, bases, params, out, scratch, stream: false };
        let region = &self.region;
        // SAFETY: the caller's promise.
        unsafe {
            match (&k.output, folds, &self.tile) {
                (Output::Rows { kept, .. }, Some(f), _) => {
                    frame.fold_rows(&k.domain, *kept as usize, region, f)
                }
                (Output::Cols { outer, reduced, .. }, Some(f), _) => {
                    frame.fold_cols(&k.domain, *outer as usize, *reduced as usize, region, f)
                }
                (_, _, Some(tile)) => frame.store_only(tile),
                _ => frame.store(region),
            }
        }
    }
}
