//! When the values of a plan come and go.

use arr_ir::plan::{Plan, Storage, ValueId};

/// Per value, the first stage that writes it and the last that touches it.
pub struct Lifetimes {
    first: Vec<usize>,
    last: Vec<usize>,
    stored: Vec<bool>,
}

/// The stage after which a value is still needed.
const KEPT: usize = usize::MAX;

impl Lifetimes {
    /// The lifetimes in a verified plan.
    pub fn of(plan: &Plan) -> Lifetimes {
        let n = plan.values.len();
        let (mut first, mut last) = (vec![usize::MAX; n], vec![0; n]);
        for (s, stage) in plan.stages.iter().enumerate() {
            for &step in &stage.steps {
                let step = &plan.steps[step as usize];
                let out = plan.stored(plan.written(step)).0 as usize;
                first[out] = first[out].min(s);
                last[out] = last[out].max(s);
                for r in plan.reads(step) {
                    last[plan.stored(r).0 as usize] = s;
                }
            }
        }
        for &r in &plan.results {
            last[plan.stored(r).0 as usize] = KEPT;
        }
        let mut stored: Vec<bool> = (0..n)
            .map(|i| plan.values[i].storage == Storage::Written && first[i] != usize::MAX)
            .collect();
        for (v, _) in plan.stages.iter().flat_map(|s| &s.locals) {
            stored[v.0 as usize] = false;
        }
        Lifetimes { first, last, stored }
    }

    /// Whether steps write the value, and not only inside their tasks.
    pub fn is_stored(&self, value: ValueId) -> bool {
        self.stored[value.0 as usize]
    }

    /// The values that a stage is the first to write.
    pub fn starts(&self, stage: usize) -> impl Iterator<Item = ValueId> + '_ {
        self.ids().filter(move |&v| self.is_stored(v) && self.first[v.0 as usize] == stage)
    }

    /// The values that a stage is the last to touch.
    pub fn ends(&self, stage: usize) -> impl Iterator<Item = ValueId> + '_ {
        self.ids().filter(move |&v| self.is_stored(v) && self.last[v.0 as usize] == stage)
    }

    /// The inputs that a stage is the last to read.
    pub fn inputs_end<'a>(
        &'a self,
        plan: &'a Plan,
        stage: usize,
    ) -> impl Iterator<Item = ValueId> + 'a {
        let is_input = |&v: &ValueId| matches!(plan[v].storage, Storage::Input(_));
        self.ids().filter(is_input).filter(move |v| self.last[v.0 as usize] == stage)
    }

    /// The stages during which a value exists, of `stages`; an input from the start on. A result
    /// exists in one more, after the last.
    pub fn stages(&self, value: ValueId, stages: usize) -> std::ops::Range<usize> {
        let i = value.0 as usize;
        let first = if self.stored[i] { self.first[i] } else { 0 };
        let end = if self.last[i] == KEPT { stages + 1 } else { self.last[i] + 1 };
        first..end.min(stages + 1)
    }

    /// Bytes, per stage and after the last, of the values that `which` names.
    pub fn live(&self, plan: &Plan, which: impl Fn(ValueId) -> bool) -> Vec<usize> {
        let stages = plan.stages.len();
        let mut change = vec![0isize; stages + 2];
        for v in self.ids() {
            if which(v) {
                let at = self.stages(v, stages);
                change[at.start] += plan[v].bytes() as isize;
                change[at.end] -= plan[v].bytes() as isize;
            }
        }
        let mut now = 0;
        let sums = change.iter().map(|c| {
            now += c;
            now as usize
        });
        sums.take(stages + 1).collect()
    }

    fn ids(&self) -> impl Iterator<Item = ValueId> + use<> {
        (0..self.first.len() as u32).map(ValueId)
    }
}
