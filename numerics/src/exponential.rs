//! The exponential of a matrix: Padé's approximation with scaling and squaring, after Higham
//! (2005), "The scaling and squaring method for the matrix exponential revisited", algorithm 2.3.

use crate::lu::Lu;
use crate::pieces::{WIDTH, columns_of, each_columns, store_rows};
use crate::{Each, Number};
use faer::Accum;
use faer::linalg::matmul::matmul;
use faer::prelude::*;
use faer::traits::math_utils::{abs, from_f64, from_real, one, zero};

/// Coefficients of the numerators of degree 3, 5, 7, 9 and 13, and the largest 1-norm for which
/// each is exact to double precision.
const DEGREES: [(&[f64], f64); 5] = [
    (&[120.0, 60.0, 12.0, 1.0], 1.495585217958292e-2),
    (&[30240.0, 15120.0, 3360.0, 420.0, 30.0, 1.0], 2.53939833006323e-1),
    (
        &[17297280.0, 8648640.0, 1995840.0, 277200.0, 25200.0, 1512.0, 56.0, 1.0],
        9.504178996162932e-1,
    ),
    (
        &[
            17643225600.0,
            8821612800.0,
            2075673600.0,
            302702400.0,
            30270240.0,
            2162160.0,
            110880.0,
            3960.0,
            90.0,
            1.0,
        ],
        2.097847961257068,
    ),
    (
        &[
            64764752532480000.0,
            32382376266240000.0,
            7771770303897600.0,
            1187353796428800.0,
            129060195264000.0,
            10559470521600.0,
            670442572800.0,
            33522128640.0,
            1323241920.0,
            40840800.0,
            960960.0,
            16380.0,
            182.0,
            1.0,
        ],
        5.371920351148152,
    ),
];

/// See [`crate::Element::expm`].
pub(crate) fn expm<T: Number>(a: &[T], n: usize, out: &mut [T], each: Each<'_>) {
    if n == 0 {
        return;
    }
    let mut matrix = columns_of(a, n, n, each);
    let norm = norm_1(&matrix);
    if !norm.is_finite() {
        out.fill(from_f64(f64::NAN));
        return;
    }
    let (coefficients, limit) =
        *DEGREES.iter().find(|d| norm <= d.1).unwrap_or(&DEGREES[DEGREES.len() - 1]);
    let mut squarings = 0;
    let mut scale = 1.0;
    while norm * scale > limit {
        scale *= 0.5;
        squarings += 1;
    }
    scale_by(&mut matrix, from_f64::<T>(scale));
    let mut result = approximation(&matrix, coefficients, each);
    for _ in 0..squarings {
        result = product(&result, &result, each);
    }
    store_rows(result.as_ref(), out, each);
}

fn norm_1<T: Number>(matrix: &Mat<T>) -> f64 {
    let column = |j: usize| {
        let sum = matrix.col_as_slice(j).iter().fold(zero::<T::Real>(), |s, v| s + abs(v));
        to_f64::<T>(sum)
    };
    (0..matrix.ncols()).map(column).fold(0.0, |a: f64, b| if b > a || b.is_nan() { b } else { a })
}

fn to_f64<T: Number>(value: T::Real) -> f64 {
    let bytes = bytemuck::bytes_of(&value);
    match bytes.len() {
        4 => bytemuck::pod_read_unaligned::<f32>(bytes) as f64,
        _ => bytemuck::pod_read_unaligned::<f64>(bytes),
    }
}

fn scale_by<T: Number>(matrix: &mut Mat<T>, factor: T) {
    for j in 0..matrix.ncols() {
        matrix.col_as_slice_mut(j).iter_mut().for_each(|v| *v *= factor);
    }
}

fn add<T: Number>(to: &mut Mat<T>, from: &Mat<T>, factor: f64) {
    let factor: T = from_real(&from_f64::<T::Real>(factor));
    for j in 0..to.ncols() {
        for (a, &b) in to.col_as_slice_mut(j).iter_mut().zip(from.col_as_slice(j)) {
            *a += b * factor;
        }
    }
}

fn product<T: Number>(a: &Mat<T>, b: &Mat<T>, each: Each<'_>) -> Mat<T> {
    let mut out = Mat::<T>::zeros(a.nrows(), b.ncols());
    each_columns(out.as_mut(), WIDTH, each, |first, block| {
        let columns = b.as_ref().subcols(first, block.ncols());
        matmul(block, Accum::Replace, a.as_ref(), columns, one::<T>(), Par::Seq);
    });
    out
}

/// The quotient of numerator and denominator: `(V - U)^-1 (V + U)` where `U` holds the odd and `V`
/// the even powers.
fn approximation<T: Number>(a: &Mat<T>, coefficients: &[f64], each: Each<'_>) -> Mat<T> {
    let n = a.nrows();
    let square = product(a, a, each);
    let mut identity = Mat::<T>::zeros(n, n);
    identity.as_mut().diagonal_mut().fill(one());
    let mut powers = vec![identity, square];
    // Degree 13 needs the powers 2, 4, 6 only, and one more product.
    let highest = if coefficients.len() == 14 { 3 } else { (coefficients.len() - 1) / 2 };
    while powers.len() <= highest {
        powers.push(product(&powers[powers.len() - 1], &powers[1], each));
    }
    let sum = |parity: usize| {
        let mut total = Mat::<T>::zeros(n, n);
        for (p, power) in powers.iter().enumerate() {
            add(&mut total, power, coefficients[2 * p + parity]);
        }
        if coefficients.len() == 14 {
            let mut high = Mat::<T>::zeros(n, n);
            for (p, power) in powers.iter().enumerate().skip(1) {
                add(&mut high, power, coefficients[6 + 2 * p + parity]);
            }
            let high = product(&high, &powers[3], each);
            add(&mut total, &high, 1.0);
        }
        total
    };
    let (even, odd) = (sum(0), product(a, &sum(1), each));
    let mut numerator = even.clone();
    add(&mut numerator, &odd, 1.0);
    let mut denominator = even;
    add(&mut denominator, &odd, -1.0);
    let lu = Lu::new(denominator, each);
    each_columns(numerator.as_mut(), WIDTH, each, |_, block| lu.solve_columns(block));
    numerator
}
