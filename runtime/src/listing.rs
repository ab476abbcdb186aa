//! Listings of the code generated for a plan's kernels.

use crate::engine::Listing;
use crate::jit::{Compiler, Layout};
use arr_ir::kernel::Source;
use arr_ir::plan::{Plan, StepKind};

/// The listing of every kernel of a plan, as compiled for operands that run along the columns.
pub fn listing(plan: &Plan, compiler: &Compiler, which: Listing) -> String {
    let mut text = String::new();
    for (i, step) in plan.steps.iter().enumerate() {
        let StepKind::Blockwise(b) = &step.kind else { continue };
        let layouts: Vec<Layout> = b
            .kernel
            .operands
            .iter()
            .map(|o| match o.source {
                Source::Memory => Layout::Contiguous,
                _ => Layout::Tile,
            })
            .collect();
        text.push_str(&format!("; step {i}\n"));
        text.push_str(&match which {
            Listing::Clif => compiler.clif(&b.kernel, &layouts),
            Listing::Asm => compiler.asm(&b.kernel, &layouts),
        });
        text.push('\n');
    }
    text
}
