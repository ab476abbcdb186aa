//! Fourier transforms of long lines: against their definition, and in parts against the whole.

use arr_numerics::fourier::Transform::{Forward, Inverse, RealForward, RealInverse};
use arr_numerics::fourier::{Transform, Wave, long, run, working};
use arr_numerics::{Each, in_order, transpose};
use num_complex::Complex;
use std::f64::consts::PI;

/// Numbers between -1 and 1.
fn numbers<R: Wave>(n: usize) -> Vec<R> {
    let mut state = n as u64;
    let next = |_| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        R::nearest((state >> 11) as f64 / (1u64 << 52) as f64 - 1.0)
    };
    (0..n).map(next).collect()
}

fn whole<R: Wave>(t: Transform, n: usize, scale: f64, given: &[R], each: Each<'_>) -> Vec<R> {
    let nothing = Complex::new(R::nearest(f64::NAN), R::zero());
    let mut out = vec![nothing.re; t.writes(n)];
    let mut memory = vec![nothing; working::<R>(t, n)];
    run(t, n, scale, (given, given.len()), &mut out, &mut memory, each);
    out
}

/// Backwards, on two threads.
fn backwards(n: usize, work: &(dyn Fn(usize) + Sync)) {
    std::thread::scope(|scope| {
        scope.spawn(|| (0..n).rev().filter(|i| i % 3 == 0).for_each(work));
        (0..n).rev().filter(|i| i % 3 != 0).for_each(work);
    });
}

/// The transform from columns, rows and pairs that are at hand some at a time.
fn in_parts<R: Wave>(t: Transform, n: usize, scale: f64, given: &[R]) -> Vec<R> {
    let plan = long::<R>(t, n).expect("a long line");
    let (rows, columns) = plan.sides();
    let zero = Complex::new(R::zero(), R::zero());
    let mut memory = vec![zero; 3 * plan.working()];
    let mut line = vec![zero; rows * columns + 1];
    for (to, given) in line.iter_mut().zip(given.chunks(2)) {
        *to = Complex::new(given[0], given.get(1).copied().unwrap_or_else(R::zero));
    }
    let mirrored = |line: &mut [Complex<R>]| {
        let (half, before) = (rows * columns / 2, line.to_vec());
        for first in (0..=half).step_by(1000) {
            let len = 1000.min(half + 1 - first);
            let from = rows * columns - (first + len - 1);
            let mut high = before[from..from + len].to_vec();
            let mut low = before[first..first + len].to_vec();
            plan.mirror(first, &mut low, &mut high);
            line[first..first + len].copy_from_slice(&low);
            line[from..from + len].copy_from_slice(&high);
        }
    };
    if t == RealInverse {
        mirrored(&mut line);
    }
    let mut turned = vec![zero; rows * columns];
    transpose((rows, columns), (&line, columns), (&mut turned, rows));
    for (i, some) in turned.chunks_mut(7 * rows).enumerate() {
        plan.columns(7 * i, some, &mut memory, &backwards);
    }
    transpose((columns, rows), (&turned, rows), (&mut line, columns));
    for some in line[..rows * columns].chunks_mut(5 * columns) {
        plan.rows(scale, some, &mut memory, &in_order);
    }
    transpose((rows, columns), (&line, columns), (&mut turned, rows));
    line[..rows * columns].copy_from_slice(&turned);
    if t == RealForward {
        mirrored(&mut line);
    }
    bytemuck::cast_slice(&line)[..t.writes(n)].to_vec()
}

/// Some numbers of a transform, summed up.
fn sums(given: &[Complex<f64>], inverse: bool, at: &[usize]) -> Vec<Complex<f64>> {
    let n = given.len();
    let turn = |t: usize| {
        let (sin, cos) = (2.0 * PI * t as f64 / n as f64).sin_cos();
        Complex::new(cos, if inverse { sin } else { -sin })
    };
    let sum = |&k: &usize| (0..n).map(|j| given[j] * turn(j * k % n)).sum();
    at.iter().map(sum).collect()
}

fn complex<R: Wave + Into<f64>>(given: &[R], n: usize) -> Vec<Complex<f64>> {
    let mut numbers: Vec<Complex<f64>> =
        given.chunks_exact(2).map(|p| Complex::new(p[0].into(), p[1].into())).collect();
    numbers.resize(n, Complex::new(0.0, 0.0));
    numbers
}

fn check<R: Wave + Into<f64>>(n: usize, epsilon: f64) {
    let at = [0, 1, n / 2, n / 3, n / 5 * 2, n - 1];
    let near = |found: Complex<f64>, wanted: Complex<f64>, name: &str| {
        let error = (found - wanted).norm() / (n as f64).sqrt();
        assert!(error < epsilon, "{name} of {n}: {found} instead of {wanted}");
    };
    for (t, given) in [(Forward, 2 * n), (Inverse, 2 * n - 6), (Forward, 2 * n + 4)] {
        let given = numbers::<R>(given);
        let out = complex(&whole(t, n, 1.0, &given, &in_order), n);
        let wanted = sums(&complex(&given, n), t == Inverse, &at);
        at.iter().zip(wanted).for_each(|(&k, w)| near(out[k], w, "complex"));
    }
    let given = numbers::<R>(2 * n + 6);
    for length in [2 * n, 2 * n - 5, 2 * n + 6] {
        let given = &given[..length];
        let mut pairs: Vec<Complex<f64>> =
            given.iter().map(|&v| Complex::new(v.into(), 0.0)).collect();
        pairs.resize(2 * n, Complex::new(0.0, 0.0));
        let found = whole(RealForward, 2 * n, 1.0, given, &in_order);
        let out = complex(&found, n + 1);
        let at = [0, 1, n / 2, n / 3, n - 1, n];
        let wanted = sums(&pairs, false, &at);
        at.iter().zip(wanted).for_each(|(&k, w)| near(out[k], w, "real"));
        let back = whole(RealInverse, 2 * n, 0.5 / n as f64, &found, &backwards);
        for (found, wanted) in back.iter().zip(&pairs) {
            let found: f64 = (*found).into();
            assert!((found - wanted.re).abs() < epsilon, "{found} instead of {}", wanted.re);
        }
    }
}

#[test]
fn long_transforms_are_the_sums() {
    for n in [1 << 19, 531_441, 729 * 722] {
        assert!(long::<f64>(Forward, n).is_some() && long::<f64>(RealInverse, 2 * n).is_some());
        check::<f64>(n, 1e-13);
    }
    check::<f32>(1 << 20, 2e-6);
}

#[test]
fn parts_of_a_line_give_the_bits_of_the_whole() {
    fn same<R: Wave>(n: usize, scale: f64) {
        let cases = [(Forward, n, 2 * n), (Inverse, n, 2 * n - 6)];
        let real = [(RealForward, 2 * n, 2 * n - 3), (RealInverse, 2 * n, 2 * n + 2)];
        for (t, n, given) in cases.into_iter().chain(real) {
            let given = numbers::<R>(given);
            let wanted = whole(t, n, scale, &given, &in_order);
            assert!(whole(t, n, scale, &given, &backwards) == wanted, "{t:?} {n}");
            assert!(in_parts(t, n, scale, &given) == wanted, "{t:?} {n}");
        }
    }
    same::<f64>(1 << 19, 1.0);
    same::<f64>(531_441, 0.37);
    same::<f32>(1025 * 1026, 1.0);
}

#[test]
fn lines_of_no_near_factors_are_not_long() {
    let sides = |n: usize| long::<f64>(Forward, n).map(|l| l.sides());
    assert_eq!(sides(1 << 19), Some((512, 1024)));
    assert_eq!(sides(1 << 18), None);
    assert_eq!(sides(720 * 721), None);
    assert_eq!(sides(997 * 997 * 16), Some((3988, 3988)));
    assert_eq!(sides(2 * 524_287), None);
    assert_eq!(sides(251 * 4013), Some((251, 4013)));
    assert_eq!(sides(241 * 4013), None);
    assert!(long::<f32>(Forward, 1 << 19).is_none());
    assert!(long::<f64>(RealForward, (1 << 20) + 1).is_none());
}
