//! Plans against the oracle: random graphs, planned with and without fusion and with several
//! chunk shapes, must give the oracle's bits when interpreted step by step.

#[path = "../../tests/common/graphs.rs"]
mod graphs;

use arr_compiler::plan::{Config, plan};
use arr_ir::{interpret, oracle};

#[test]
fn random_graphs_plan_to_the_oracles_bits() {
    for seed in 0..400 {
        let case = graphs::random(seed);
        let expected =
            oracle::evaluate(&case.graph, &case.inputs, &case.slots).expect("values suit");
        for fuse in [true, false] {
            for chunk in [None, Some(1), Some(7)] {
                let plan = plan(&case.graph, &Config { chunk, fuse });
                plan.verify().unwrap_or_else(|e| panic!("seed {seed}: {e}\n{}", case.graph));
                let found = interpret::run(&plan, &case.inputs, &case.slots).expect("values suit");
                for (i, (f, e)) in found.iter().zip(&expected).enumerate() {
                    assert!(
                        graphs::same(f, e),
                        "seed {seed} fuse {fuse} root {i}\n{}\nexpected {e:?}\nfound {f:?}",
                        case.graph
                    );
                }
            }
        }
    }
}

#[test]
fn a_plan_survives_the_wire_and_a_damaged_one_is_refused() {
    for seed in 0..50 {
        let case = graphs::random(seed);
        let plan = plan(&case.graph, &Config::default());
        let bytes = plan.to_bytes();
        assert_eq!(arr_ir::plan::Plan::from_bytes(&bytes).as_ref(), Ok(&plan));
        for cut in [0, 1, bytes.len() / 2, bytes.len() - 1] {
            assert!(arr_ir::plan::Plan::from_bytes(&bytes[..cut]).is_err());
        }
        let mut other = plan.clone();
        other.version += 1;
        assert!(arr_ir::plan::Plan::from_bytes(&other.to_bytes()).is_err());
    }
}
