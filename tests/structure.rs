//! Programs whose plans have the structure that is promised: how many kernels, passes over an
//! input, arrays in memory. Fusion is proven without freezing what a plan looks like.
//!
//! `tests/structure/NAME.arr` says `# plan: steps = 3` and the like, about the last plan that it
//! leads to: `plans` (how many there were), `steps`, `kernels` (fused loops), `stages`,
//! `passes N` (how often input N is read: once per step, or per stage whose tasks run all its steps), `stored` (arrays that are written whole, results
//! included), each with `=` or `<=`.

#[path = "common/capture.rs"]
mod capture;
#[path = "common/programs.rs"]
mod programs;

use arr_compiler::plan::{Config, explain::explain, plan};
use arr_ir::plan::{Plan, Stage, StepKind, Storage, ValueId};
use capture::Capture;
use programs::Program;

/// Arrays of fewer elements are not counted as stored.
const SMALL: usize = 10_000;

fn measure(plan: &Plan, what: &str) -> usize {
    let value = |i: usize| ValueId(i as u32);
    match what {
        "steps" => plan.steps.len(),
        "kernels" => plan.steps.iter().filter(|s| matches!(s.kind, StepKind::Blockwise(_))).count(),
        "stages" => plan.stages.len(),
        "stored" => {
            let local = |id| plan.stages.iter().any(|s| s.locals.iter().any(|l| l.0 == id));
            let size = |id: ValueId| plan[id].shape.iter().product::<usize>();
            let whole = |&id: &ValueId| plan[id].storage == Storage::Written && !local(id);
            let all = (0..plan.values.len()).map(value);
            all.filter(whole).filter(|&id| size(id) >= SMALL).count()
        }
        _ => {
            let input = what.strip_prefix("passes ").and_then(|n| n.parse().ok());
            let input = Storage::Input(input.unwrap_or_else(|| panic!("what is `{what}`?")));
            let reads = |v: &ValueId| plan[plan.stored(*v)].storage == input;
            let read = |&&s: &&u32| plan.reads(&plan.steps[s as usize]).iter().any(reads);
            let of_stage = |stage: &Stage| match stage.steps.iter().filter(read).count() {
                n if stage.split.is_some() => n.min(1),
                n => n,
            };
            plan.stages.iter().map(of_stage).sum()
        }
    }
}

/// Compares with what the program says of its plan; the differences.
fn differences(program: &Program) -> Vec<String> {
    let mut host = Capture::default();
    let mut session = arr_compiler::session::Session::new();
    session.keep_bindings(false);
    if let Err(failed) = session.run(&program.name, &program.text, &mut host) {
        return vec![format!("{}: {:?}", program.name, failed.diagnostics)];
    }
    let Some(graph) = host.graphs.last() else {
        return vec![format!("{} computes nothing", program.name)];
    };
    let plan = plan(graph, &Config::default());
    let claims: Vec<&str> =
        program.text.lines().filter_map(|l| l.strip_prefix("# plan: ")).collect();
    assert!(!claims.is_empty(), "{} says nothing of its plan", program.name);
    let mut wrong = vec![];
    for claim in claims {
        let (what, most, number) = match (claim.split_once(" <= "), claim.split_once(" = ")) {
            (Some((what, number)), _) => (what, true, number),
            (_, Some((what, number))) => (what, false, number),
            _ => panic!("{}: what is `{claim}`?", program.name),
        };
        let limit: usize = number.trim().parse().expect("a number");
        let found = match what {
            "plans" => host.graphs.len(),
            _ => measure(&plan, what),
        };
        if found > limit || !most && found != limit {
            wrong.push(format!("{}: {claim}, but found {found}", program.name));
        }
    }
    if !wrong.is_empty() {
        wrong.push(explain(&plan));
    }
    wrong
}

#[test]
fn plans_have_the_promised_structure() {
    let all = programs::programs("structure", "none");
    let run = move || all.iter().flat_map(differences).collect();
    let thread = std::thread::Builder::new().stack_size(arr_compiler::eval::STACK_BYTES);
    programs::report(thread.spawn(run).expect("a thread").join().expect("no panic"));
}
