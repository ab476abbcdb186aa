//! Linear algebra: factorizations of matrices and what is solved with them.
//!
//! Operands are matrices, complex ones with a last axis of 2. A routine with several results packs
//! them one after the other into a vector; [`Factor`] says how.

use super::{Family, Task};
use crate::dtype::DType;
use crate::shape::Shape;
use arr_numerics::{Each, Element, Failure, Precision, Triangle};
use bytemuck::cast_slice_mut;
use num_complex::Complex;
use serde::{Deserialize, Serialize};
use smallvec::smallvec;

/// A routine of linear algebra on real or complex matrices.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Linalg {
    /// What is computed.
    pub factor: Factor,
    /// Whether the matrices are complex: float arrays with a last axis of 2.
    pub complex: bool,
}

/// What a routine computes. The matrix is `[m, n]`, `k = min(m, n)`; a number is one element, or
/// two when the matrix is complex.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Factor {
    /// The lower triangular factor `[n, n]` of a positive definite matrix.
    Cholesky,
    /// Numbers of `L [m, k]`, numbers of `U [k, n]`, then per row of the matrix the row of `L`
    /// that it is, as floats.
    Lu,
    /// The `n` numbers on the diagonal of `U`, then 1 or, for an odd permutation, -1.
    Pivots,
    /// The solution `[n, c]` for a square matrix and right-hand sides `[n, c]`.
    Solve,
    /// The same for a triangular matrix.
    SolveTriangular {
        /// Whether the lower triangle counts.
        lower: bool,
        /// Whether the diagonal counts as ones.
        unit: bool,
    },
    /// The inverse `[n, n]`.
    Inverse,
    /// Numbers of `Q [m, c]`, then of `R [c, n]`.
    Qr {
        /// Whether `c` is `m` rather than `k`.
        complete: bool,
    },
    /// `R [k, n]` only.
    Triangular,
    /// `n` real eigenvalues of a Hermitian matrix, then the numbers of the vectors `[n, n]`.
    Eigh,
    /// The `n` real eigenvalues of a Hermitian matrix.
    Eigvalsh,
    /// `n` pairs of complex eigenvalues, then pairs of the vectors `[n, n]`.
    Eig,
    /// Complex eigenvalues `[n, 2]`.
    Eigvals,
    /// Numbers of `U [m, c]`, `k` real singular values, then numbers of `V^H [d, n]`.
    Svd {
        /// Whether `c` is `m` and `d` is `n`, rather than both `k`.
        full: bool,
    },
    /// The `k` real singular values.
    Svdvals,
    /// The exponential `[n, n]`.
    Exponential,
}

impl Factor {
    fn needs_square(self) -> bool {
        !matches!(
            self,
            Factor::Lu
                | Factor::Qr { .. }
                | Factor::Triangular
                | Factor::Svd { .. }
                | Factor::Svdvals
        )
    }

    fn has_sides(self) -> bool {
        matches!(self, Factor::Solve | Factor::SolveTriangular { .. })
    }
}

impl Family for Linalg {
    fn core(&self, _: usize) -> usize {
        2 + self.complex as usize
    }

    fn output(&self, operands: &[(DType, &[usize])]) -> Result<(DType, Shape), String> {
        let count = 1 + self.factor.has_sides() as usize;
        let Some(&(dtype, shape)) = operands.first().filter(|_| operands.len() == count) else {
            return Err(format!("{} takes {count} arrays", self.title()));
        };
        if operands.iter().any(|o| o.0 != dtype) || !matches!(dtype, DType::F32 | DType::F64) {
            return Err("matrices have one float dtype".into());
        }
        if self.complex && operands.iter().any(|o| o.1.last() != Some(&2)) {
            return Err("complex numbers are pairs".into());
        }
        let (m, n) = (shape[0], shape[1]);
        if self.factor.needs_square() && m != n {
            return Err(format!("the matrix is not square: {m} rows and {n} columns"));
        }
        if self.factor.has_sides() && operands[1].1[0] != n {
            let rows = operands[1].1[0];
            return Err(format!("{n} columns against {rows} rows"));
        }
        let (k, pair) = (m.min(n), 1 + self.complex as usize);
        let matrix = |m: usize, n: usize| -> Shape {
            if self.complex { smallvec![m, n, 2] } else { smallvec![m, n] }
        };
        Ok((
            dtype,
            match self.factor {
                Factor::Cholesky | Factor::Inverse | Factor::Exponential => matrix(n, n),
                Factor::Lu => smallvec![(m * k + k * n) * pair + m],
                Factor::Pivots => smallvec![n * pair + 1],
                Factor::Solve | Factor::SolveTriangular { .. } => matrix(n, operands[1].1[1]),
                Factor::Qr { complete } => {
                    let c = if complete { m } else { k };
                    smallvec![(m * c + c * n) * pair]
                }
                Factor::Triangular => matrix(k, n),
                Factor::Eigh => smallvec![n + n * n * pair],
                Factor::Eigvalsh => smallvec![n],
                Factor::Eig => smallvec![2 * (n + n * n)],
                Factor::Eigvals => smallvec![n, 2],
                Factor::Svd { full: true } => smallvec![(m * m + n * n) * pair + k],
                Factor::Svd { full: false } => smallvec![(m * k + k * n) * pair + k],
                Factor::Svdvals => smallvec![k],
            },
        ))
    }

    fn own(&self, operands: &[(DType, &[usize])]) -> usize {
        let (dtype, shape) = operands[0];
        let (m, n) = (shape[0], shape[1]);
        let k = m.min(n);
        // Copies in the order of columns, factors before they are stored, and what they are made with.
        let elements = match self.factor {
            Factor::Cholesky | Factor::SolveTriangular { .. } => 0,
            Factor::Lu | Factor::Pivots | Factor::Solve => m * n,
            Factor::Triangular | Factor::Svdvals | Factor::Eigvalsh => m * n,
            Factor::Inverse => 2 * n * n,
            Factor::Qr { complete } => m * n + m * if complete { m } else { k },
            Factor::Eigh => 3 * n * n,
            Factor::Eig | Factor::Eigvals => 6 * n * n,
            Factor::Svd { full: true } => 2 * m * n + m * m + n * n,
            Factor::Svd { full: false } => 2 * m * n + m * k + k * n,
            Factor::Exponential => 10 * n * n,
        };
        elements * dtype.size() * (1 + self.complex as usize)
    }

    fn run(&self, task: Task<'_>) -> Result<(), String> {
        if task.out.is_empty() {
            return Ok(());
        }
        let done = match (task.operands[0].dtype, self.complex) {
            (DType::F32, false) => self.compute::<f32>(task),
            (DType::F32, true) => self.compute::<Complex<f32>>(task),
            (_, false) => self.compute::<f64>(task),
            (_, true) => self.compute::<Complex<f64>>(task),
        };
        done.map_err(|failure| failure.to_string())
    }

    fn title(&self) -> String {
        let what = match self.factor {
            Factor::Cholesky => "Cholesky factor",
            Factor::Lu => "LU factorization",
            Factor::Pivots => "pivots of an LU factorization",
            Factor::Solve => "solution of linear equations",
            Factor::SolveTriangular { .. } => "solution of triangular equations",
            Factor::Inverse => "inverse matrix",
            Factor::Qr { .. } => "QR factorization",
            Factor::Triangular => "R of a QR factorization",
            Factor::Eigh => "eigenvalues and eigenvectors of a symmetric matrix",
            Factor::Eigvalsh => "eigenvalues of a symmetric matrix",
            Factor::Eig => "eigenvalues and eigenvectors",
            Factor::Eigvals => "eigenvalues",
            Factor::Svd { .. } => "singular value decomposition",
            Factor::Svdvals => "singular values",
            Factor::Exponential => "matrix exponential",
        };
        what.into()
    }
}

impl Linalg {
    fn compute<T: Element>(&self, task: Task<'_>) -> Result<(), Failure> {
        let workers = task.workers;
        let each: Each<'_> = &|n, work| workers.each(n, work);
        let threads = workers.count();
        let operand = &task.operands[0];
        let (m, n) = (operand.shape[0], operand.shape[1]);
        let (a, size, k) = (operand.of::<T>(), (m, n), m.min(n));
        let out = task.out;
        match self.factor {
            Factor::Cholesky => {
                let out: &mut [T] = cast_slice_mut(out);
                out.copy_from_slice(a);
                T::cholesky(out, n, each)
            }
            Factor::Solve | Factor::SolveTriangular { .. } => {
                let sides = &task.operands[1];
                let x: &mut [T] = cast_slice_mut(out);
                x.copy_from_slice(sides.of::<T>());
                match self.factor {
                    Factor::SolveTriangular { lower, unit } => {
                        let triangle = Triangle { lower, unit };
                        T::solve_triangular(a, n, triangle, x, sides.shape[1], each)
                    }
                    _ => T::solve(a, n, x, sides.shape[1], each),
                }
            }
            Factor::Inverse => T::inverse(a, n, cast_slice_mut(out), each),
            Factor::Exponential => {
                T::expm(a, n, cast_slice_mut(out), each);
                Ok(())
            }
            Factor::Lu => {
                lu(a, size, cast_slice_mut(out), each);
                Ok(())
            }
            Factor::Pivots => {
                let out: &mut [T::Part] = cast_slice_mut(out);
                let (diagonal, sign) = out.split_at_mut(out.len() - 1);
                let odd = T::pivots(a, n, cast_slice_mut(diagonal), each);
                sign[0] = T::Part::from_whole(if odd { -1 } else { 1 });
                Ok(())
            }
            Factor::Qr { complete } => {
                let columns = if complete { m } else { k };
                let (q, r) = cast_slice_mut(out).split_at_mut(m * columns);
                T::qr(a, size, Some((q, columns)), r, each);
                Ok(())
            }
            Factor::Triangular => {
                T::qr(a, size, None, cast_slice_mut(out), each);
                Ok(())
            }
            Factor::Eigvalsh => T::eigh(a, n, cast_slice_mut(out), None, threads, each),
            Factor::Eigh => {
                let (w, v) = cast_slice_mut(out).split_at_mut(n);
                T::eigh(a, n, w, Some(cast_slice_mut(v)), threads, each)
            }
            Factor::Eigvals => T::eig(a, n, cast_slice_mut(out), None),
            Factor::Eig => {
                let out: &mut [<T::Part as Precision>::Complex] = cast_slice_mut(out);
                let (w, v) = out.split_at_mut(n);
                T::eig(a, n, w, Some(v))
            }
            Factor::Svdvals => T::svd(a, size, cast_slice_mut(out), None, threads, each),
            Factor::Svd { full } => {
                let (c, d) = if full { (m, n) } else { (k, k) };
                let out: &mut [T::Part] = cast_slice_mut(out);
                let pair = 1 + self.complex as usize;
                let (u, rest) = out.split_at_mut(m * c * pair);
                let (s, vh) = rest.split_at_mut(k);
                debug_assert_eq!(vh.len(), d * n * pair);
                let vectors = Some((cast_slice_mut(u), cast_slice_mut(vh)));
                T::svd(a, size, s, vectors, threads, each)
            }
        }
    }
}

fn lu<T: Element>(a: &[T], (m, n): (usize, usize), out: &mut [T::Part], each: Each<'_>) {
    let k = m.min(n);
    let (factors, order) = out.split_at_mut(out.len() - m);
    let (l, u) = cast_slice_mut::<_, T>(factors).split_at_mut(m * k);
    let mut rows = vec![0; m];
    T::lu(a, (m, n), l, u, &mut rows, each);
    for (to, row) in order.iter_mut().zip(rows) {
        *to = T::Part::from_whole(row as i64);
    }
}
