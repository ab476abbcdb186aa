//! Complex weak scalars, by the formulas of complex arrays.

use super::formula::{Algebra, Formula, Truth};
use super::operators::{self, Output};
use crate::array::faults::Outcome;
use arr_ir::dtype::{DType, Scalar};
use arr_ir::eval;
use arr_ir::op::MapOp;
use smallvec::SmallVec;

/// Formulas over float64 numbers.
struct Numbers<'a>(&'a [Scalar]);

impl Algebra for Numbers<'_> {
    type Value = Scalar;

    fn part(&self, index: usize) -> Scalar {
        let (re, im) = self.0[index / 2].as_complex();
        Scalar::float(if index.is_multiple_of(2) { re } else { im })
    }

    fn number(&self, value: f64) -> Scalar {
        Scalar::float(value)
    }

    fn map(&self, op: MapOp, args: &[Scalar]) -> Outcome<Scalar> {
        let joint = args[args.len() - 1].dtype;
        let result = op.dtypes(&[joint]).map_or(joint, |(_, result)| result);
        let args: SmallVec<[Scalar; 3]> = args.iter().copied().collect();
        Ok(eval::apply(op, &args, result))
    }
}

/// An operator of [`operators::dtypes`] on complex128 numbers.
pub(crate) fn apply(op: MapOp, args: &[Scalar]) -> Outcome<Scalar> {
    let formula = Formula::default();
    let numbers = Numbers(args);
    Ok(match operators::write(&formula, op, args.len()) {
        Output::Real(real) | Output::Truth(Truth(real)) => formula.evaluate(&numbers, &[real])?[0],
        Output::Complex(z) => {
            let parts = formula.evaluate(&numbers, &[z.re, z.im])?;
            Scalar::from_complex(parts[0].as_f64(), parts[1].as_f64(), DType::C128)
        }
    })
}
