//! Eigenvalues and singular values.

use crate::pieces::{columns_of, store_rows};
use crate::{Each, Failure, Number, Real, qr, tridiagonal, values};
use faer::diag::{Diag, DiagRef};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{self, ComputeEigenvectors, EvdParams, SelfAdjointEvdParams};
use faer::linalg::householder::{
    apply_block_householder_sequence_on_the_left_in_place_scratch as apply_scratch,
    apply_block_householder_sequence_on_the_left_in_place_with_conj,
};
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::linalg::qr::no_pivoting::factor::recommended_block_size;
use faer::linalg::svd::{self as singular, ComputeSvdVectors, SvdParams, bidiag};
use faer::prelude::*;
use faer::traits::ext::ComplexFieldExt;
use faer::traits::math_utils::{abs, abs2, conj, mul_real, one, recip, sqrt, zero};
use faer::{Accum, Auto, Conj, Spec};
use num_complex::Complex;

fn all_finite<T: Number>(values: &[T]) -> Result<(), Failure> {
    match values.iter().all(|v| v.is_finite()) {
        true => Ok(()),
        false => Err(Failure::NoConvergence),
    }
}

/// From this size on a factorization is cut into parts. A constant like their number, so that the
/// result is the same for any number of threads: sums are added up part by part.
const LARGE: usize = 256;

/// The parts of a large factorization.
pub(crate) const PARTS: usize = 4;

/// Calls a function with how a matrix of this size is cut, where so many threads take part.
fn in_parts<R: Send>(size: usize, threads: usize, work: impl FnOnce(Par) -> R + Send) -> R {
    if size < LARGE {
        return work(Par::Seq);
    }
    let work = || work(Par::rayon(PARTS));
    // The threads live for this call: they cost little beside it, and no others than those asked
    // for ever run.
    match rayon::ThreadPoolBuilder::new().num_threads(threads.clamp(1, PARTS)).build() {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    }
}

/// See [`crate::Element::eigh`].
pub(crate) fn eigh<T: Number>(
    a: &[T],
    n: usize,
    w: &mut [T::Real],
    v: Option<&mut [T]>,
    threads: usize,
    each: Each<'_>,
) -> Result<(), Failure> {
    for (i, row) in a.chunks_exact(n.max(1)).enumerate() {
        all_finite(&row[..=i])?;
    }
    if n < 2 {
        w.iter_mut().zip(a).for_each(|(w, a)| *w = a.real());
        v.into_iter().flatten().for_each(|v| *v = one());
        return Ok(());
    }
    let matrix = columns_of(a, n, n, each);
    in_parts(n, threads, |par| match v {
        None => eigenvalues(matrix, w),
        Some(v) => eigenvectors(matrix, w, v, par),
    })
}

/// The eigenvalues of a Hermitian matrix of at least two rows.
fn eigenvalues<T: Number>(matrix: Mat<T>, w: &mut [T::Real]) -> Result<(), Failure> {
    let mut matrix = matrix;
    let n = matrix.nrows();
    tridiagonal::reduce(matrix.as_mut(), &mut vec![zero(); n - 1]);
    let mut diagonal: Vec<f64> = (0..n).map(|i| matrix[(i, i)].real().into()).collect();
    let mut beside: Vec<f64> = (1..n).map(|i| abs(&matrix[(i, i - 1)]).into()).collect();
    values::tridiagonal(&mut diagonal, &mut beside)?;
    for (w, &value) in w.iter_mut().zip(&diagonal) {
        *w = T::Real::rounded(value);
    }
    Ok(())
}

/// The eigenvalues and the eigenvectors, in columns, of a Hermitian matrix of at least two rows.
fn eigenvectors<T: Number>(
    matrix: Mat<T>,
    w: &mut [T::Real],
    v: &mut [T],
    par: Par,
) -> Result<(), Failure> {
    let mut matrix = matrix;
    let n = matrix.nrows();
    let mut tau = vec![zero::<T>(); n - 1];
    tridiagonal::reduce(matrix.as_mut(), &mut tau);
    let reflections = matrix.as_ref().submatrix(1, 0, n - 1, n - 1);
    let diagonal: Vec<T> = (0..n).map(|i| matrix[(i, i)]).collect();
    let beside: Vec<T> = (1..n).map(|i| matrix[(i, i - 1)]).collect();
    let params = Spec::<SelfAdjointEvdParams, T>::new(Auto::<T>::auto());
    let wanted = ComputeEigenvectors::Yes;
    let mut values = Diag::<T>::zeros(n);
    let mut vectors = Mat::<T>::zeros(n, n);
    let mut memory = MemBuffer::new(evd::self_adjoint_evd_scratch::<T>(n, wanted, par, params));
    let memory = MemStack::new(&mut memory);
    evd::tridiagonal_self_adjoint_evd(
        DiagRef::from_slice(&diagonal),
        DiagRef::from_slice(&beside),
        values.as_mut(),
        Some(vectors.as_mut()),
        par,
        memory,
        params,
    )
    .map_err(|_| Failure::NoConvergence)?;
    for (i, w) in w.iter_mut().enumerate() {
        *w = values[i].real();
    }
    let block = recommended_block_size::<T>(n, n);
    let coefficients = block_coefficients(reflections, &tau, block);
    let mut memory = MemBuffer::new(apply_scratch::<T>(n - 1, block, n));
    apply_block_householder_sequence_on_the_left_in_place_with_conj(
        reflections,
        coefficients.as_ref(),
        Conj::No,
        vectors.as_mut().subrows_mut(1, n - 1),
        par,
        MemStack::new(&mut memory),
    );
    store_rows(vectors.as_ref(), v, &crate::in_order);
    Ok(())
}

/// The coefficients of reflections as `faer` applies them: upper triangles of blocks side by side,
/// products of the reflections of a block above their diagonals.
fn block_coefficients<T: Number>(v: MatRef<'_, T>, tau: &[T], block: usize) -> Mat<T> {
    let n = tau.len();
    let mut blocks = Mat::<T>::zeros(block, n);
    for start in (0..n).step_by(block) {
        let width = block.min(n - start);
        let mut t = blocks.as_mut().submatrix_mut(0, start, width, width);
        let (top, below) = v.submatrix(start, start, n - start, width).split_at_row(width);
        triangular::matmul(
            t.rb_mut(),
            BlockStructure::StrictTriangularUpper,
            Accum::Replace,
            top.adjoint(),
            BlockStructure::UnitTriangularUpper,
            top,
            BlockStructure::UnitTriangularLower,
            one(),
            Par::Seq,
        );
        triangular::matmul(
            t.rb_mut(),
            BlockStructure::StrictTriangularUpper,
            Accum::Add,
            below.adjoint(),
            BlockStructure::Rectangular,
            below,
            BlockStructure::Rectangular,
            one(),
            Par::Seq,
        );
        for (i, &tau) in tau[start..start + width].iter().enumerate() {
            t[(i, i)] = tau;
        }
    }
    blocks
}

/// The singular values of a row-major matrix of at least one row and column.
fn singular_values<T: Number>(
    a: &[T],
    (m, n): (usize, usize),
    s: &mut [T::Real],
    threads: usize,
    each: Each<'_>,
) -> Result<(), Failure> {
    let size = m.min(n);
    // A matrix and its transpose have the same.
    let mut matrix = if m > n {
        columns_of(a, m, n, each)
    } else {
        MatRef::from_column_major_slice(a, n, m).to_owned()
    };
    if 2 * matrix.nrows() > 3 * size {
        matrix = qr::triangle(matrix, each);
    }
    let block = recommended_block_size::<T>(matrix.nrows(), size);
    let (mut left, mut right) = (Mat::<T>::zeros(block, size), Mat::<T>::zeros(block, size - 1));
    in_parts(size, threads, |par| {
        let params = Auto::<T>::auto();
        let rows = matrix.nrows();
        let scratch = bidiag::bidiag_in_place_scratch::<T>(rows, size, par, Spec::new(params));
        let mut memory = MemBuffer::new(scratch);
        let memory = MemStack::new(&mut memory);
        let (l, r) = (left.as_mut(), right.as_mut());
        bidiag::bidiag_in_place(matrix.as_mut(), l, r, par, memory, Spec::new(params));
    });
    let mut diagonal: Vec<f64> = (0..size).map(|i| abs(&matrix[(i, i)]).into()).collect();
    let above: Vec<f64> = (1..size).map(|i| abs(&matrix[(i - 1, i)]).into()).collect();
    values::bidiagonal(&mut diagonal, &above)?;
    for (s, &value) in s.iter_mut().zip(&diagonal) {
        *s = T::Real::rounded(value);
    }
    Ok(())
}

/// See [`crate::Element::svd`].
pub(crate) fn svd<T: Number>(
    a: &[T],
    (m, n): (usize, usize),
    s: &mut [T::Real],
    vectors: Option<(&mut [T], &mut [T])>,
    threads: usize,
    each: Each<'_>,
) -> Result<(), Failure> {
    let size = m.min(n);
    all_finite(a)?;
    let Some((out_u, out_vh)) = vectors else {
        return match size {
            0 => Ok(()),
            _ => singular_values(a, (m, n), s, threads, each),
        };
    };
    let (columns, rows) = (out_u.len() / m.max(1), out_vh.len() / n.max(1));
    let kind = |full| if full { ComputeSvdVectors::Full } else { ComputeSvdVectors::Thin };
    let (left, right) = (kind(columns != size), kind(rows != size));
    let params = Spec::<SvdParams, T>::new(Auto::<T>::auto());
    let matrix = columns_of(a, m, n, each);
    let mut values = Diag::<T>::zeros(size);
    let mut u = Mat::<T>::zeros(m, columns);
    let mut v = Mat::<T>::zeros(n, rows);
    if size == 0 {
        for factor in [&mut u, &mut v] {
            factor.as_mut().diagonal_mut().fill(one());
        }
    } else {
        let (u, v) = (Some(u.as_mut()), Some(v.as_mut()));
        in_parts(size, threads, |par| {
            let scratch = singular::svd_scratch::<T>(m, n, left, right, par, params);
            let mut memory = MemBuffer::new(scratch);
            let memory = MemStack::new(&mut memory);
            let (a, s) = (matrix.as_ref(), values.as_mut());
            singular::svd(a, s, u, v, par, memory, params)
        })
        .map_err(|_| Failure::NoConvergence)?;
    }
    for (i, s) in s.iter_mut().enumerate() {
        *s = values[i].real();
    }
    store_rows(u.as_ref(), out_u, each);
    // The rows of V^H are the conjugated columns of V.
    for (j, row) in out_vh.chunks_exact_mut(n.max(1)).enumerate() {
        for (value, given) in row.iter_mut().zip(v.col_as_slice(j)) {
            *value = conj(given);
        }
    }
    Ok(())
}

/// See [`crate::Element::eig`], of real matrices.
pub(crate) fn eig_real<R: Number<Real = R> + Real>(
    a: &[R],
    n: usize,
    w: &mut [Complex<R>],
    v: Option<&mut [Complex<R>]>,
) -> Result<(), Failure> {
    all_finite(a)?;
    if n == 0 {
        return Ok(());
    }
    let matrix = columns_of(a, n, n, &crate::in_order);
    let params = Spec::<EvdParams, R>::new(Auto::<R>::auto());
    let wanted = if v.is_some() { ComputeEigenvectors::Yes } else { ComputeEigenvectors::No };
    let no = ComputeEigenvectors::No;
    let mut memory = MemBuffer::new(evd::evd_scratch::<R>(n, no, wanted, Par::Seq, params));
    let (mut re, mut im) = (Diag::<R>::zeros(n), Diag::<R>::zeros(n));
    let mut vectors = v.as_ref().map(|_| Mat::<R>::zeros(n, n));
    if n == 1 {
        re[0] = matrix[(0, 0)];
        vectors.iter_mut().for_each(|v| v[(0, 0)] = one());
    } else {
        evd::evd_real(
            matrix.as_ref(),
            re.as_mut(),
            im.as_mut(),
            None,
            vectors.as_mut().map(|v| v.as_mut()),
            Par::Seq,
            MemStack::new(&mut memory),
            params,
        )
        .map_err(|_| Failure::NoConvergence)?;
    }
    for (i, w) in w.iter_mut().enumerate() {
        *w = Complex::new(re[i], im[i]);
    }
    let (Some(v), Some(vectors)) = (v, vectors) else { return Ok(()) };
    // A pair of conjugate values has the real part of its vectors in one column and the
    // imaginary part in the next.
    let mut j = 0;
    while j < n {
        let pair = im[j] != zero() && j + 1 < n;
        for i in 0..n {
            let (x, y) = (vectors[(i, j)], if pair { vectors[(i, j + 1)] } else { zero() });
            v[i * n + j] = Complex::new(x, y);
            if pair {
                v[i * n + j + 1] = Complex::new(x, -y);
            }
        }
        j += if pair { 2 } else { 1 };
    }
    normalize(v, n);
    Ok(())
}

/// See [`crate::Element::eig`], of complex matrices.
pub(crate) fn eig_complex<R: Number<Real = R> + Real>(
    a: &[Complex<R>],
    n: usize,
    w: &mut [Complex<R>],
    v: Option<&mut [Complex<R>]>,
) -> Result<(), Failure>
where
    Complex<R>: Number<Real = R>,
{
    all_finite(a)?;
    if n == 0 {
        return Ok(());
    }
    let matrix = columns_of(a, n, n, &crate::in_order);
    let params = Spec::<EvdParams, Complex<R>>::new(Auto::<Complex<R>>::auto());
    let wanted = if v.is_some() { ComputeEigenvectors::Yes } else { ComputeEigenvectors::No };
    let no = ComputeEigenvectors::No;
    let mut memory =
        MemBuffer::new(evd::evd_scratch::<Complex<R>>(n, no, wanted, Par::Seq, params));
    let mut values = Diag::<Complex<R>>::zeros(n);
    let mut vectors = v.as_ref().map(|_| Mat::<Complex<R>>::zeros(n, n));
    if n == 1 {
        values[0] = matrix[(0, 0)];
        vectors.iter_mut().for_each(|v| v[(0, 0)] = one());
    } else {
        evd::evd_cplx(
            matrix.as_ref(),
            values.as_mut(),
            None,
            vectors.as_mut().map(|v| v.as_mut()),
            Par::Seq,
            MemStack::new(&mut memory),
            params,
        )
        .map_err(|_| Failure::NoConvergence)?;
    }
    for (i, w) in w.iter_mut().enumerate() {
        *w = values[i];
    }
    if let (Some(v), Some(vectors)) = (v, vectors) {
        store_rows(vectors.as_ref(), v, &crate::in_order);
        normalize(v, n);
    }
    Ok(())
}

/// Columns of length 1, turned so that their largest element is real, as LAPACK's.
fn normalize<R: Number<Real = R> + Real>(v: &mut [Complex<R>], n: usize) {
    let size = |z: &Complex<R>| abs2(&z.re) + abs2(&z.im);
    for j in 0..n {
        let mut total: R = zero();
        let (mut most, mut at): (R, usize) = (zero(), 0);
        for i in 0..n {
            let square = size(&v[i * n + j]);
            total += square;
            if square > most {
                (most, at) = (square, i);
            }
        }
        let length = recip(&sqrt(&total));
        let largest = v[at * n + j];
        let real = largest.im == zero();
        let radius = recip(&sqrt(&most));
        for i in 0..n {
            let z = v[i * n + j];
            let turned = match real {
                true => z,
                false => {
                    let (c, s) = (mul_real(&largest.re, &radius), mul_real(&largest.im, &radius));
                    Complex::new(z.re * c + z.im * s, z.im * c - z.re * s)
                }
            };
            v[i * n + j] = Complex::new(turned.re * length, turned.im * length);
        }
        if !real {
            v[at * n + j].im = zero();
        }
    }
}
