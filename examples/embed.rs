//! arr inside of a Rust program: `cargo run --example embed`.
//!
//! Arrays go in without a copy, a function of the script is called, results come out as `ndarray`
//! arrays, and a mistake is an error with a place.

use ndarray::{Array1, Array2};

const SCRIPT: &str = "
## Scales every column to mean 0 and standard deviation 1.
fn standardize(x: float64[n, m]) -> float64[n, m] = (x - x.mean(axis=0)) / x.std(axis=0)

fn distances(x, y) = sqrt(((x[:, newaxis, :] - y) ** 2).sum(axis=2))
";

fn main() -> Result<(), arr::Error> {
    let samples = Array2::from_shape_fn((6, 2), |(i, j)| (i * i + j) as f64);
    let weights = Array1::linspace(0.0, 1.0, 6);

    let mut session = arr::Session::builder().memory(256 << 20).build();
    session.eval_named("embed.arr", SCRIPT)?;
    session.set("samples", &samples)?;
    session.set("weights", &weights)?;

    let scaled = session.call("standardize", &[(&samples).into()])?;
    println!("standardized:\n{scaled}");

    let distances = session.eval("distances(samples, samples[:2])")?.to_ndarray::<f64>()?;
    println!("distances: shape {:?}, sum {:.3}", distances.shape(), distances.sum());

    let mean: f64 = session.eval("(weights * samples[:, 0]).sum() / weights.sum()")?.to_scalar()?;
    println!("weighted mean: {mean:.3}");

    // Nothing of a wrong text runs; the message shows the place.
    let error = session.eval_named("wrong.arr", "samples + weights").unwrap_err();
    println!("{}", error.render(false));
    Ok(())
}
