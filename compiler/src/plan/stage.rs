//! Stages: which steps run together.

use super::Config;
use arr_ir::plan::{Plan, Stage};

/// Groups the steps.
pub fn stage(plan: &mut Plan, _config: &Config) {
    plan.stages = (0..plan.steps.len())
        .map(|s| Stage { steps: vec![s as u32], split: None, locals: vec![] })
        .collect();
}
