//! Stages: which steps run together, chunk by chunk.
//!
//! Consecutive steps share a stage when one dimension runs through all of them unreduced and
//! unshifted: chunk `i` of every step then needs only chunk `i` of the steps before it. A task
//! runs the whole chain on its chunk, while the chunk is in cache, and a value that nothing else
//! reads exists only as a window inside the task. Independent kernels over the same domain that
//! read the same array share a stage too, so that it is read from memory once.

use super::Config;
use super::block::crossed;
use arr_ir::plan::{
    Access, Blockwise, Output, Plan, Split, Stage, Step, StepKind, Storage, ValueId,
};
use arr_ir::shape::count;

/// Bytes that a chunk of a stage reads and writes, to stay in a core's cache.
const CHUNK_BYTES: usize = 512 << 10;
/// Bytes up to which a chunk still stays in the shared cache.
const SHARED_BYTES: usize = 2 << 20;
/// Fewest indices of a chunk along a dimension that runs along memory.
const MIN_COLUMNS: usize = 64;
/// Values of at least this many bytes are worth a window.
const WINDOW_BYTES: usize = 256 << 10;
/// Groups before the last in which a step is looked for that reads the same.
const LOOK_BACK: usize = 16;
/// Elements below which a stage is one task.
const SMALL: usize = 16 << 10;

/// A stage under construction.
struct Group {
    steps: Vec<u32>,
    /// The split dimension of each step's space; unknown while there is one step.
    dims: Vec<u8>,
}

/// Groups the steps into stages.
pub fn stage(plan: &mut Plan, config: &Config) {
    let groups = grouped(plan, 0..plan.steps.len() as u32, true, config);
    let stages = groups.into_iter().flat_map(|g| finish(plan, g, config)).collect();
    plan.stages = side_by_side(plan, stages);
}

/// Groups of steps that read what the same step writes (with `links`) or the same arrays.
fn grouped(
    plan: &Plan,
    steps: impl IntoIterator<Item = u32>,
    links: bool,
    config: &Config,
) -> Vec<Group> {
    let mut groups: Vec<Group> = vec![];
    for s in steps {
        match place(plan, &groups, s, links, config) {
            Some((g, dims)) => {
                groups[g].steps.push(s);
                groups[g].dims = dims;
            }
            None => groups.push(Group { steps: vec![s], dims: vec![] }),
        }
    }
    groups
}

/// The group that step `s` joins, and the split dimensions it then has: the last one if it reads
/// what is written there (with `links`), or one that reads the same.
fn place(
    plan: &Plan,
    groups: &[Group],
    s: u32,
    links: bool,
    config: &Config,
) -> Option<(usize, Vec<u8>)> {
    let last = groups.len().checked_sub(1)?;
    if let Some(dims) = links.then(|| join(plan, &groups[last], s)).flatten() {
        return Some((last, dims));
    }
    for (g, group) in groups.iter().enumerate().rev().take(LOOK_BACK) {
        let before = |&e: &u32| independent(plan, e, s) && independent(plan, s, e);
        if !group.steps.iter().all(before) {
            return None;
        }
        // What is written earlier than it has to be lives longer.
        if (g == last || folds(plan, s))
            && let Some(dims) = share(plan, group, s, config)
        {
            return Some((g, dims));
        }
    }
    None
}

fn folds(plan: &Plan, s: u32) -> bool {
    let StepKind::Blockwise(b) = &plan.steps[s as usize].kind else { return false };
    !matches!(b.output, Output::Store { .. })
}

/// The split dimensions when step `s` joins a group of steps that are independent of it, because
/// one of them goes over the same and reads the same.
fn share(plan: &Plan, group: &Group, s: u32, config: &Config) -> Option<Vec<u8>> {
    let least = if config.chunk.is_some() { 1 } else { WINDOW_BYTES };
    let partner = group.steps.iter().position(|&p| shares(plan, p, s, least))?;
    let p = group.steps[partner];
    let mut dims = group.dims.clone();
    if dims.is_empty() {
        let space = plan.space(&plan.steps[p as usize]);
        dims.push(
            (0..space.len() as u8)
                .find(|&d| space[d as usize] > 1 && alone_in(plan, p, d) && alone_in(plan, s, d))?,
        );
    }
    let dim = dims[partner];
    dims.push(alone_in(plan, s, dim).then_some(dim)?);
    Some(dims)
}

/// Whether two kernels go over the same domain in the same way, along memory, and both read an
/// array of at least so many bytes there.
fn shares(plan: &Plan, a: u32, b: u32, least: usize) -> bool {
    let kernel = |s: u32| match &plan.steps[s as usize].kind {
        StepKind::Blockwise(b) => Some(b),
        _ => None,
    };
    let (Some(a), Some(b)) = (kernel(a), kernel(b)) else { return false };
    let way = |b: &Blockwise| match b.output {
        Output::Store { .. } => (0, 0, 0),
        Output::Rows { kept, .. } => (1, kept, 0),
        Output::Cols { outer, reduced, .. } => (2, outer, reduced),
    };
    let large = |access: &Access| match access {
        Access::Memory { value, .. } => plan[*value].bytes() >= least,
        Access::Linear { .. } => false,
    };
    a.domain == b.domain
        && way(a) == way(b)
        && crossed(plan, a).is_none()
        && crossed(plan, b).is_none()
        && a.operands.iter().any(|o| large(o) && b.operands.contains(o))
}

/// Whether a step may be cut along a dimension of its space where nothing of the stage reads what
/// it writes: blocks of a fold too.
fn alone_in(plan: &Plan, s: u32, dim: u8) -> bool {
    let step = &plan.steps[s as usize];
    match &step.kind {
        StepKind::Blockwise(Blockwise { output: Output::Rows { parts, .. }, .. })
        | StepKind::Blockwise(Blockwise { output: Output::Cols { parts, .. }, .. }) => {
            let writes = |o: &Step| plan.written(o) == *parts;
            plan.steps.iter().filter(|o| writes(o)).count() == 1
        }
        _ => splittable(plan, s, dim),
    }
}

/// Joins neighbouring single steps that are independent of each other.
fn side_by_side(plan: &Plan, stages: Vec<Stage>) -> Vec<Stage> {
    let mut joined: Vec<Stage> = vec![];
    for stage in stages {
        match joined.last_mut() {
            Some(last)
                if last.split.is_none()
                    && stage.split.is_none()
                    && last.steps.iter().all(|&s| independent(plan, s, stage.steps[0])) =>
            {
                last.steps.extend(stage.steps);
            }
            _ => joined.push(stage),
        }
    }
    joined
}

/// Whether a later step may run beside an earlier one: it neither reads nor overwrites what that
/// one writes, and neither is a routine that could have all threads were it not for a kernel.
fn independent(plan: &Plan, earlier: u32, later: u32) -> bool {
    let (a, b) = (&plan.steps[earlier as usize], &plan.steps[later as usize]);
    let routine = |step: &Step| matches!(step.kind, StepKind::Extern { .. });
    if routine(a) != routine(b) {
        return false;
    }
    let out = plan.written(a);
    if plan.reads(b).iter().any(|&r| plan.stored(r) == out) {
        return false;
    }
    out != plan.written(b) || apart(a, b)
}

/// Whether two stores into the same value write boxes that do not meet.
fn apart(a: &Step, b: &Step) -> bool {
    let bounds = |step: &Step| -> Option<Vec<(i64, i64)>> {
        let StepKind::Blockwise(k) = &step.kind else { return None };
        let Output::Store { start, step, .. } = &k.output else { return None };
        let ends = (0..k.domain.len()).map(|d| {
            let last = start[d] + step[d] * (k.domain[d] as i64 - 1);
            (start[d].min(last), start[d].max(last))
        });
        Some(ends.collect())
    };
    match (bounds(a), bounds(b)) {
        (Some(a), Some(b)) => a.iter().zip(&b).any(|(a, b)| a.1 < b.0 || b.1 < a.0),
        _ => false,
    }
}

/// The split dimensions when step `s` joins the group, if it can.
fn join(plan: &Plan, group: &Group, s: u32) -> Option<Vec<u8>> {
    let step = &plan.steps[s as usize];
    let mut dims = group.dims.clone();
    let mut own: Option<u8> = None;
    for read in 0..reads(step).len() {
        let (value, _) = reads(step)[read];
        let stored = plan.stored(value);
        let Some(position) = writer(plan, group, stored) else { continue };
        if dims.is_empty() {
            // The first link chooses the dimension: the first one that fits.
            let space = plan.space(&plan.steps[group.steps[position] as usize]);
            let (dim, to) = (0..space.len() as u8).find_map(|d| {
                let ok = space[d as usize] > 1 && splittable(plan, group.steps[position], d);
                ok.then(|| Some((d, follow(plan, step, read, d)?)))?
            })?;
            dims = vec![dim];
            own = Some(to);
            continue;
        }
        let to = follow(plan, step, read, dims[position])?;
        if own.is_some_and(|d| d != to) {
            return None;
        }
        own = Some(to);
    }
    let own = own?;
    if !splittable(plan, s, own) {
        return None;
    }
    dims.push(own);
    let extent = |step: u32, d: u8| plan.space(&plan.steps[step as usize])[d as usize];
    (extent(group.steps[0], dims[0]) == extent(s, own)).then_some(dims)
}

/// The position in the group of the step that writes a value.
fn writer(plan: &Plan, group: &Group, value: ValueId) -> Option<usize> {
    group.steps.iter().position(|&g| plan.written(&plan.steps[g as usize]) == value)
}

/// What a step reads, with the number of the operand.
fn reads(step: &Step) -> Vec<(ValueId, usize)> {
    match &step.kind {
        StepKind::Blockwise(b) => b
            .operands
            .iter()
            .enumerate()
            .filter_map(|(i, a)| match a {
                Access::Memory { value, .. } => Some((*value, i)),
                Access::Linear { .. } => None,
            })
            .collect(),
        StepKind::Combine { parts, .. } => vec![(*parts, 0)],
        StepKind::Scan { input, .. } => vec![(*input, 0)],
        StepKind::Contract { lhs, rhs, .. } => vec![(*lhs, 0), (*rhs, 1)],
        StepKind::Extern { operands, .. } => operands.iter().copied().zip(0..).collect(),
    }
}

/// Whether a step may be cut along a dimension of its space alone, and is the only writer of
/// its value there.
fn splittable(plan: &Plan, s: u32, dim: u8) -> bool {
    let step = &plan.steps[s as usize];
    let out = plan.written(step);
    let others = plan.steps.iter().enumerate();
    if others.into_iter().any(|(i, o)| i != s as usize && plan.written(o) == out) {
        return false;
    }
    let d = dim as usize;
    match &step.kind {
        StepKind::Blockwise(b) => match &b.output {
            Output::Store { value, start, step } => {
                crossed(plan, b).is_none()
                    && start[d] == 0
                    && step[d] == 1
                    && b.domain[d] == plan[*value].shape[d]
            }
            Output::Rows { kept, .. } => d < *kept as usize,
            Output::Cols { outer, .. } => d != *outer as usize,
        },
        StepKind::Combine { .. } => true,
        StepKind::Scan { axis, .. } => d != *axis as usize,
        StepKind::Contract { .. } | StepKind::Extern { .. } => false,
    }
}

/// The dimension of a step's space along which its `read`th reading runs with dimension `dim`
/// of the stored value: index for index.
fn follow(plan: &Plan, step: &Step, read: usize, dim: u8) -> Option<u8> {
    let (value, operand) = reads(step)[read];
    let dim = through_aliases(plan, value, dim)?;
    let domain_dim = |map: &arr_ir::shape::IndexMap| map.0[dim as usize].plain();
    match &step.kind {
        StepKind::Blockwise(b) => {
            let Access::Memory { map, .. } = &b.operands[operand] else { return None };
            let d = domain_dim(map)?;
            match &b.output {
                Output::Store { .. } => Some(d),
                Output::Rows { kept, .. } => (d < *kept).then_some(d),
                Output::Cols { outer, reduced, .. } if d >= outer + reduced => {
                    Some(d - reduced + 1)
                }
                Output::Cols { outer, .. } => (d < *outer).then_some(d),
            }
        }
        StepKind::Combine { axis, .. } if dim == *axis => None,
        StepKind::Combine { axis, .. } => Some(if dim > *axis { dim - 1 } else { dim }),
        StepKind::Scan { map, axis, .. } => domain_dim(map).filter(|d| d != axis),
        StepKind::Contract { .. } | StepKind::Extern { .. } => None,
    }
}

/// Dimension `dim` of a stored value as a dimension of its alias `value`, when the alias only
/// adds or drops dimensions of one index.
fn through_aliases(plan: &Plan, value: ValueId, dim: u8) -> Option<u8> {
    let Storage::Alias(of) = plan[value].storage else { return Some(dim) };
    let dim = through_aliases(plan, of, dim)? as usize;
    let (from, to) = (&plan[of].shape, &plan[value].shape);
    let wide =
        |shape: &[usize]| -> Vec<usize> { (0..shape.len()).filter(|&d| shape[d] != 1).collect() };
    let (wide_from, wide_to) = (wide(from), wide(to));
    let sizes = |shape: &[usize], dims: &[usize]| -> Vec<usize> {
        dims.iter().map(|&d| shape[d]).collect()
    };
    if sizes(from, &wide_from) != sizes(to, &wide_to) {
        return None;
    }
    let at = wide_from.iter().position(|&d| d == dim)?;
    Some(wide_to[at] as u8)
}

/// The stages of a group: one, or, where a chunk would not stay in cache, those of steps that read
/// the same, or one per step.
fn finish(plan: &Plan, group: Group, config: &Config) -> Vec<Stage> {
    if let Some(stage) = together(plan, &group, config) {
        return vec![stage];
    }
    let alone = |s: u32| Stage { steps: vec![s], split: None, locals: vec![] };
    let parts = grouped(plan, group.steps, false, config).into_iter();
    parts
        .flat_map(|part| match together(plan, &part, config) {
            Some(stage) => vec![stage],
            None => part.steps.into_iter().map(alone).collect(),
        })
        .collect()
}

/// The stage in which all steps of a group run chunk by chunk, if they are several and a chunk
/// stays in cache.
fn together(plan: &Plan, group: &Group, config: &Config) -> Option<Stage> {
    let dim = *group.dims.first()?;
    let extent = plan.space(&plan.steps[group.steps[0] as usize])[dim as usize];
    // A chunk size that is asked for asks for every window too: small programs then test them.
    let least = if config.chunk.is_some() { 1 } else { WINDOW_BYTES };
    let locals = locals(plan, group, least);
    let split = Split { extent, chunk: extent, dims: group.dims.clone() };
    let mut stage = Stage { steps: group.steps.clone(), split: Some(split), locals };
    let chunk = chunk(plan, group, &stage, extent, config)?;
    stage.split.as_mut()?.chunk = chunk;
    Some(stage)
}

/// The chunk size along the split dimension of a stage, which is one chunk as yet.
fn chunk(
    plan: &Plan,
    group: &Group,
    stage: &Stage,
    extent: usize,
    config: &Config,
) -> Option<usize> {
    if let Some(size) = config.chunk {
        return Some(size.clamp(1, extent));
    }
    let mut values: Vec<ValueId> = vec![];
    let mut elements = 0;
    let mut along = false;
    for (&s, &dim) in group.steps.iter().zip(&group.dims) {
        let step = &plan.steps[s as usize];
        values.push(plan.written(step));
        values.extend(plan.reads(step).iter().map(|&v| plan.stored(v)));
        if let StepKind::Blockwise(b) = &step.kind {
            elements += count(&b.domain);
        }
        along |= dim as usize + 1 == plan.space(step).len() && plan.space(step).len() > 1;
    }
    if elements <= SMALL {
        return Some(extent);
    }
    values.sort();
    // Without something large that is touched twice there is nothing to keep in cache.
    let touched = values.windows(2).filter(|w| w[0] == w[1]);
    let again: usize = touched.map(|w| plan[w[0]].bytes()).sum();
    values.dedup();
    let bytes: usize = values.iter().map(|&v| plan[v].bytes()).sum();
    if again * 8 < bytes {
        return None;
    }
    // Windows take each other's places.
    let windows: usize = stage.locals.iter().map(|&(v, _)| plan[v].bytes()).sum();
    let live = bytes.saturating_sub(windows) + plan.window_bytes(stage);
    let each = (live / extent).max(1);
    let least = if along { MIN_COLUMNS } else { 1 };
    let chunk = (CHUNK_BYTES / each).max(least).min(extent);
    (chunk * each <= SHARED_BYTES).then_some(chunk)
}

/// The values that only the group's steps touch, under their own shape.
fn locals(plan: &Plan, group: &Group, least: usize) -> Vec<(ValueId, u8)> {
    let mut locals = vec![];
    for (&s, &dim) in group.steps.iter().zip(&group.dims) {
        let value = plan.written(&plan.steps[s as usize]);
        let aliased = plan.values.iter().any(|v| v.storage == Storage::Alias(value));
        let result = plan.results.contains(&value);
        let outside = plan.steps.iter().enumerate().any(|(i, step)| {
            !group.steps.contains(&(i as u32)) && plan.reads(step).contains(&value)
        });
        if !aliased && !result && !outside && plan[value].bytes() >= least {
            locals.push((value, dim));
        }
    }
    locals
}
