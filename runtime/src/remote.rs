//! Single tasks of a plan, run where only the boxes they read are at hand: what a worker of a
//! cluster does.
//!
//! State before: a plan that [`arr_ir::plan::Plan::from_bytes`] accepted, a task's number, the
//! boxes that [`arr_ir::footprint`] names. State after: the boxes it writes, the same bits as in
//! one process.

use crate::buffer::Buffer;
use crate::engine::{Engine, RunError};
use crate::jit::task::{Arrays, BoundStep};
use arr_ir::dtype::Scalar;
use arr_ir::footprint::{Part, footprint};
use arr_ir::plan::Plan;
use arr_ir::routine::Sequential;

/// Runs task `task` of stage `stage`: `reads` are the boxes of its footprint, in any order.
/// Gives the boxes it wrote.
pub fn run_task(
    engine: &Engine,
    plan: &Plan,
    stage: usize,
    task: usize,
    slots: &[Scalar],
    reads: Vec<(Part, Buffer)>,
) -> Result<Vec<(Part, Buffer)>, RunError> {
    let stage = plan.stages.get(stage).ok_or_else(|| RunError::Bug("no such stage".into()))?;
    if task >= plan.tasks(stage) {
        return Err(RunError::Bug("no such task".into()));
    }
    let print = footprint(plan, stage, task);
    let (mut parts, mut buffers): (Vec<Part>, Vec<Buffer>) = (vec![], vec![]);
    let mut written = vec![];
    for need in &print.reads {
        let found = reads.iter().find(|(part, _)| part == need);
        let (part, buffer) = found.ok_or_else(|| RunError::Bug("a box is missing".into()))?;
        if print.writes.iter().all(|w| w.value != part.value) {
            parts.push(part.clone());
            buffers.push(buffer.clone());
        }
    }
    for part in print.writes {
        // A box that is read and written (a store with gaps) is changed in a copy of its own.
        let old = reads.iter().find(|(p, _)| *p == part);
        let dtype = plan[part.value].dtype;
        let buffer = match old {
            Some((_, b)) => {
                Buffer::from_bytes(engine.pool(), dtype, part.shape.clone(), &b.to_bytes())?
            }
            None => Buffer::new(engine.pool(), dtype, part.shape.clone())?,
        };
        parts.push(part.clone());
        buffers.push(buffer.clone());
        written.push((part, buffer));
    }
    let arrays = Arrays::of_parts(plan, slots, &parts, &buffers).map_err(RunError::Bug)?;
    let bound: Vec<BoundStep> = (0..stage.steps.len())
        .map(|position| arrays.bind(stage, position, engine.compiler()))
        .collect::<Result<_, _>>()
        .map_err(RunError::Bug)?;
    let bound: Vec<&BoundStep> = bound.iter().collect();
    let bytes = arrays.scratch(stage, &bound);
    let mut scratch = arrays.working(engine.pool(), stage, bytes)?;
    arrays.run(stage, &bound, task, &mut scratch, &Sequential).map_err(RunError::Value)?;
    written.retain(|(part, _)| stage.locals.iter().all(|l| l.0 != part.value));
    Ok(written)
}
