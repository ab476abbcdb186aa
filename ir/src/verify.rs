//! The verifier of plans: the invariants that [`crate::plan`] lists, one function each.

use crate::dtype::DType;
use crate::plan::{
    Access, Blockwise, Output, PLAN_VERSION, ParamRef, Plan, Stage, Step, StepKind, Storage,
    TaskOrder, ValueId, units,
};
use crate::shape::{IndexMap, MAX_RANK, checked_count, count};

type Check = Result<(), String>;

fn ensure(condition: bool, message: impl FnOnce() -> String) -> Check {
    if condition { Ok(()) } else { Err(message()) }
}

impl Plan {
    /// Checks the invariants; the error says which step breaks which.
    pub fn verify(&self) -> Check {
        ensure(self.version == PLAN_VERSION, || format!("version {}", self.version))?;
        self.verify_values()?;
        let mut written = vec![false; self.values.len()];
        for (i, v) in self.values.iter().enumerate() {
            // An empty value needs no step.
            written[i] = matches!(v.storage, Storage::Input(_)) || count(&v.shape) == 0;
        }
        for (i, step) in self.steps.iter().enumerate() {
            self.verify_step(step, &mut written).map_err(|e| format!("step {i}: {e}"))?;
        }
        for r in &self.results {
            self.exists(*r)?;
            ensure(written[self.stored(*r).0 as usize], || format!("result v{} unwritten", r.0))?;
        }
        self.verify_stages()
    }

    fn exists(&self, id: ValueId) -> Check {
        ensure((id.0 as usize) < self.values.len(), || format!("no value v{}", id.0))
    }

    fn verify_values(&self) -> Check {
        for (i, v) in self.values.iter().enumerate() {
            ensure(v.shape.len() <= MAX_RANK, || format!("v{i}: too many dimensions"))?;
            let n = checked_count(&v.shape).ok_or_else(|| format!("v{i}: too large"))?;
            if let Storage::Alias(of) = v.storage {
                ensure((of.0 as usize) < i, || format!("v{i}: alias of a later value"))?;
                let target = &self[of];
                ensure(target.dtype == v.dtype && count(&target.shape) == n, || {
                    format!("v{i}: alias of another size or dtype")
                })?;
            }
        }
        Ok(())
    }

    fn verify_step(&self, step: &Step, written: &mut [bool]) -> Check {
        let out = self.written_checked(step)?;
        for r in self.reads(step) {
            self.exists(r)?;
            ensure(written[self.stored(r).0 as usize], || format!("v{} read unwritten", r.0))?;
            ensure(self.stored(r) != out, || format!("v{} read and written", r.0))?;
        }
        match &step.kind {
            StepKind::Blockwise(b) => self.verify_blockwise(b)?,
            StepKind::Combine { axis, parts, out, .. } => {
                let mut shape = self[*parts].shape.clone();
                ensure((*axis as usize) < shape.len(), || "no such axis".into())?;
                ensure(shape[*axis as usize] > 0, || "nothing to combine".into())?;
                shape.remove(*axis as usize);
                ensure(shape == self[*out].shape, || "combine of another shape".into())?;
                ensure(self[*parts].dtype == self[*out].dtype, || "combine of dtypes".into())?;
            }
            StepKind::Scan { axis, input, map, out, .. } => {
                let shape = &self[*out].shape;
                ensure((*axis as usize) < shape.len(), || "no such axis".into())?;
                self.verify_map(map, shape, *input)?;
                ensure(self[*input].dtype == self[*out].dtype, || "scan of dtypes".into())?;
            }
            StepKind::Contract { lhs, lhs_map, rhs, rhs_map, inner, out } => {
                let (mut l, mut r) = (self[*out].shape.clone(), self[*out].shape.clone());
                let rank = l.len();
                ensure(rank >= 2, || "contraction of less than two dimensions".into())?;
                l[rank - 1] = *inner;
                r[rank - 2] = *inner;
                self.verify_map(lhs_map, &l, *lhs)?;
                self.verify_map(rhs_map, &r, *rhs)?;
                let dtype = self[*out].dtype;
                let float = matches!(dtype, DType::F32 | DType::F64);
                ensure(float && self[*lhs].dtype == dtype && self[*rhs].dtype == dtype, || {
                    "contraction of dtypes".into()
                })?;
            }
            StepKind::Extern { routine, operands, out } => {
                ensure(!operands.is_empty(), || "routine without operands".into())?;
                let types: Vec<_> =
                    operands.iter().map(|&v| (self[v].dtype, self[v].shape.as_slice())).collect();
                let (dtype, shape) = routine.result(&types)?;
                ensure(dtype == self[*out].dtype && shape == self[*out].shape, || {
                    "routine of another result".into()
                })?;
            }
        }
        let space = self.space(step);
        ensure(step.chunk.len() == space.len() && step.chunk.iter().all(|&c| c > 0), || {
            "chunk shape".into()
        })?;
        let square = space.len() == 2 && space[0] == space[1] && step.chunk[0] == step.chunk[1];
        ensure(step.order == TaskOrder::RowMajor || square, || "mirrored order".into())?;
        written[out.0 as usize] = true;
        Ok(())
    }

    fn written_checked(&self, step: &Step) -> Result<ValueId, String> {
        let out = self.written(step);
        self.exists(out)?;
        ensure(self[out].storage == Storage::Written, || format!("v{} is not written", out.0))?;
        Ok(out)
    }

    fn verify_map(&self, map: &IndexMap, reader: &[usize], value: ValueId) -> Check {
        let shape = &self[value].shape;
        ensure(map.0.len() == shape.len(), || format!("access to v{} of another rank", value.0))?;
        ensure(map.reader_rank() <= reader.len(), || "access by a missing dimension".into())?;
        if reader.contains(&0) {
            return Ok(());
        }
        for ((low, high), &n) in map.bounds(reader).into_iter().zip(shape) {
            ensure(low >= 0 && high < n as i64, || format!("access outside v{}", value.0))?;
        }
        Ok(())
    }

    fn verify_blockwise(&self, b: &Blockwise) -> Check {
        b.kernel.verify()?;
        checked_count(&b.domain).ok_or("the domain is too large")?;
        ensure(b.domain.len() <= MAX_RANK, || "the domain has too many dimensions".into())?;
        ensure(b.operands.len() == b.kernel.operands.len(), || "operand count".into())?;
        for (access, operand) in b.operands.iter().zip(&b.kernel.operands) {
            let memory = operand.source == crate::kernel::Source::Memory;
            match access {
                Access::Memory { value, map } => {
                    ensure(memory && self[*value].dtype == operand.dtype, || "operand".into())?;
                    self.verify_map(map, &b.domain, *value)?;
                }
                Access::Linear { strides, .. } => {
                    ensure(!memory && strides.len() == b.domain.len(), || "operand".into())?;
                }
            }
        }
        ensure(b.params.len() == b.kernel.params.len(), || "parameter count".into())?;
        for (p, &dtype) in b.params.iter().zip(&b.kernel.params) {
            let found = match p {
                ParamRef::Const(s) => Some(s.dtype),
                ParamRef::Slot(s) => self.slots.get(*s as usize).copied().flatten(),
            };
            ensure(found == Some(dtype), || "parameter dtype".into())?;
        }
        self.verify_output(b)
    }

    fn verify_output(&self, b: &Blockwise) -> Check {
        let dtype = b.kernel.dtype();
        match &b.output {
            Output::Store { value, start, step } => {
                let out = &self[*value];
                let rank = b.domain.len();
                let ranks = out.shape.len() == rank && start.len() == rank && step.len() == rank;
                ensure(out.dtype == dtype && ranks, || "store of another rank or dtype".into())?;
                for d in 0..rank {
                    let last = start[d] + step[d] * (b.domain[d] as i64 - 1);
                    let inside = |i: i64| i >= 0 && i < out.shape[d] as i64;
                    ensure(step[d] != 0, || "store with step 0".into())?;
                    ensure(b.domain.contains(&0) || (inside(start[d]) && inside(last)), || {
                        "store outside its value".into()
                    })?;
                }
                Ok(())
            }
            Output::Rows { op, kept, parts } => {
                let kept = *kept as usize;
                ensure(kept <= b.domain.len(), || "kept dimensions".into())?;
                let mut shape = crate::shape::Shape::from(&b.domain[..kept]);
                shape.push(units(count(&b.domain[kept..]), true));
                ensure(self[*parts].shape == shape, || "parts of another shape".into())?;
                ensure(self[*parts].dtype == dtype && op.dtype(dtype) == dtype, || "fold".into())
            }
            Output::Cols { op, outer, reduced, parts } => {
                let (o, r) = (*outer as usize, *reduced as usize);
                ensure(o + r <= b.domain.len(), || "reduced dimensions".into())?;
                let mut shape = crate::shape::Shape::from(&b.domain[..o]);
                shape.push(units(count(&b.domain[o..o + r]), false));
                shape.extend_from_slice(&b.domain[o + r..]);
                ensure(self[*parts].shape == shape, || "parts of another shape".into())?;
                ensure(self[*parts].dtype == dtype && op.dtype(dtype) == dtype, || "fold".into())
            }
        }
    }

    /// Steps of a stage without a split read nothing that the stage writes.
    fn verify_independent(&self, stage: &Stage) -> Check {
        let steps = || stage.steps.iter().map(|&s| &self.steps[s as usize]);
        let written: Vec<ValueId> = steps().map(|s| self.written(s)).collect();
        for step in steps() {
            for r in self.reads(step) {
                ensure(!written.contains(&self.stored(r)), || "dependent steps".into())?;
            }
        }
        Ok(())
    }

    fn verify_stages(&self) -> Check {
        let mut seen = vec![false; self.steps.len()];
        for stage in &self.stages {
            for (position, &s) in stage.steps.iter().enumerate() {
                let s = s as usize;
                ensure(s < seen.len() && !seen[s], || format!("step {s} staged twice"))?;
                seen[s] = true;
                if let Some(split) = &stage.split {
                    let space = self.space(&self.steps[s]);
                    let dim = *split.dims.get(position).ok_or("split dimensions")? as usize;
                    ensure(space.get(dim) == Some(&split.extent) && split.chunk > 0, || {
                        format!("step {s}: split of another size")
                    })?;
                }
            }
            if stage.split.is_none() {
                self.verify_independent(stage)?;
            }
            for (v, dim) in &stage.locals {
                self.exists(*v)?;
                let extent = stage.split.as_ref().map(|s| s.extent);
                ensure(self[*v].shape.get(*dim as usize).copied() == extent, || "local".into())?;
                ensure(!self.results.iter().any(|r| self.stored(*r) == *v), || "local".into())?;
            }
        }
        ensure(seen.iter().all(|&s| s), || "a step stands in no stage".into())
    }
}
