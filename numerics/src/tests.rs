//! The factors multiply to what was factored, for sizes below, at and above the edges of blocks.

use crate::fourier::{self, Transform};
use crate::{
    Each, Element, Failure, Number, PANEL, REFLECTED, REFLECTIONS, ROWS, TILE, Triangle, in_order,
};
use faer::traits::math_utils::{abs, conj, from_f64, from_real, zero};
use num_complex::Complex;
use std::ops::Range;
use std::sync::Mutex;

/// Numbers between -1 and 1 from a simple generator.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

/// A number type of the tests.
trait Tested:
    Number<Real: Into<f64>> + Element<Part = <Self as faer::traits::ComplexField>::Real>
{
    fn random(numbers: &mut Numbers) -> Self;
    /// What errors are measured by.
    const EPSILON: f64;
}

macro_rules! tested {
    ($($t:ty, $e:expr, $n:ident => $make:expr;)*) => {$(
        impl Tested for $t {
            const EPSILON: f64 = $e;
            fn random($n: &mut Numbers) -> Self {
                $make
            }
        }
    )*};
}

tested! {
    f32, 1e-6, n => n.next() as f32;
    f64, 1e-14, n => n.next();
    Complex<f32>, 1e-6, n => Complex::new(n.next() as f32, n.next() as f32);
    Complex<f64>, 1e-14, n => Complex::new(n.next(), n.next());
}

fn random<T: Tested>(m: usize, n: usize) -> Vec<T> {
    let mut numbers = Numbers((m * 1000 + n) as u64);
    (0..m * n).map(|_| T::random(&mut numbers)).collect()
}

fn product<T: Tested>(a: &[T], b: &[T], (m, k, n): (usize, usize, usize)) -> Vec<T> {
    let mut out = vec![zero::<T>(); m * n];
    for i in 0..m {
        for l in 0..k {
            for j in 0..n {
                out[i * n + j] += a[i * k + l] * b[l * n + j];
            }
        }
    }
    out
}

fn adjoint<T: Tested>(a: &[T], m: usize, n: usize) -> Vec<T> {
    (0..n * m).map(|at| conj(&a[(at % m) * n + at / m])).collect()
}

fn identity<T: Tested>(n: usize) -> Vec<T> {
    (0..n * n).map(|at| from_f64(if at / n == at % n { 1.0 } else { 0.0 })).collect()
}

fn close<T: Tested>(found: &[T], wanted: &[T], scale: f64, what: &str) {
    assert_eq!(found.len(), wanted.len(), "{what}");
    for (i, (&f, &w)) in found.iter().zip(wanted).enumerate() {
        let error: f64 = abs(&(f - w)).into();
        assert!(error <= scale * T::EPSILON, "{what}: {f:?} for {w:?} at {i}");
    }
}

/// Several threads, in an order of their own.
fn on_threads(n: usize, work: &(dyn Fn(usize) + Sync)) {
    let left = Mutex::new((0..n).collect::<Vec<_>>());
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                loop {
                    let next = left.lock().expect("no panics").pop();
                    let Some(next) = next else { return };
                    work(next);
                }
            });
        }
    });
}

const SIZES: [usize; 11] = [0, 1, 2, 3, 5, 9, 31, 33, 64, 129, 200];

fn cholesky<T: Tested>() {
    for n in SIZES {
        let b = random::<T>(n, n);
        let mut a = product(&b, &adjoint(&b, n, n), (n, n, n));
        for i in 0..n {
            a[i * n + i] += from_f64::<T>(n as f64);
        }
        let mut l = a.clone();
        // What lies above the diagonal is not read.
        for i in 0..n {
            l[i * n + i + 1..(i + 1) * n].fill(from_f64(f64::NAN));
        }
        let mut again = l.clone();
        T::cholesky(&mut l, n, &in_order).unwrap();
        close(&product(&l, &adjoint(&l, n, n), (n, n, n)), &a, 50.0 * n as f64, "cholesky");
        T::cholesky(&mut again, n, &on_threads).unwrap();
        assert!(l == again, "threads");
        if n > 1 {
            a[(n - 1) * (n + 1)] = from_f64(-1.0);
            assert_eq!(T::cholesky(&mut a, n, &in_order), Err(Failure::NotPositiveDefinite));
        }
    }
}

/// Part of a row-major matrix of `n` columns.
fn part<T: Tested>(a: &[T], n: usize, rows: Range<usize>, columns: Range<usize>) -> Vec<T> {
    rows.flat_map(|i| a[i * n..][columns.clone()].to_vec()).collect()
}

/// Writes a part of a row-major matrix of `n` columns.
fn put<T: Tested>(a: &mut [T], n: usize, rows: Range<usize>, columns: Range<usize>, part: &[T]) {
    for (i, row) in rows.zip(part.chunks(columns.len())) {
        a[i * n..][columns.clone()].copy_from_slice(row);
    }
}

/// The ranges of so many numbers that make up others.
fn pieces(range: Range<usize>, size: usize) -> impl Iterator<Item = Range<usize>> {
    range.clone().step_by(size).map(move |first| first..range.end.min(first + size))
}

/// What positive definite matrices have as factors, block by block.
fn cholesky_in_blocks<T: Tested>() {
    for n in [TILE - 1, TILE + 1, 2 * TILE + 1, 2 * TILE + 77] {
        let mut a = random::<T>(n, n);
        for i in 0..n {
            a[i * n + i] = from_f64(3.0 * n as f64);
        }
        let mut whole = a.clone();
        T::cholesky(&mut whole, n, &in_order).unwrap();
        for side in [TILE, 2 * TILE] {
            let mut l = vec![zero::<T>(); n * n];
            for columns in pieces(0..n, side) {
                for rows in pieces(columns.start..n, side) {
                    let width = columns.len();
                    let on_diagonal = rows.start == columns.start;
                    let mut block = part(&a, n, rows.clone(), columns.clone());
                    for before in pieces(0..columns.start, TILE) {
                        let left = part(&l, n, rows.clone(), before.clone());
                        let right = part(&l, n, columns.clone(), before);
                        let block = (&mut block[..], width);
                        T::cholesky_subtract(block, &left, &right, on_diagonal, &on_threads);
                    }
                    if on_diagonal {
                        T::cholesky(&mut block, width, &on_threads).unwrap();
                    } else {
                        for tile in pieces(columns.clone(), TILE) {
                            let panel = part(&l, n, tile.start..columns.end, tile.clone());
                            let at = tile.start - columns.start;
                            T::cholesky_divide((&mut block, width), at, &panel, &on_threads);
                        }
                    }
                    put(&mut l, n, rows, columns.clone(), &block);
                }
            }
            assert!(l == whole, "{n} in blocks of {side}");
        }
    }
}

/// Brings columns up to date with the panels before one: see `solve_in_columns`.
fn forward<T: Tested>(
    columns: &mut [T],
    (factors, swaps, n): (&[T], &[usize], usize),
    end: usize,
    height: usize,
) {
    for panel in pieces(0..end, PANEL) {
        let diagonal = part(factors, n, panel.clone(), panel.clone());
        let swaps = &swaps[panel.clone()];
        T::lu_top((columns, n), panel.start, &diagonal, swaps, &on_threads);
        for rows in pieces(panel.end..n, height) {
            let piece = part(factors, n, panel.clone(), rows.clone());
            let at = (panel.start, panel.len());
            T::lu_subtract((columns, n), at, &piece, rows.start, &on_threads);
        }
    }
}

/// Elimination of some columns at a time gives the bits of all at once: pivots, and solutions. The
/// factors are transposed, so that columns lie together.
fn solve_in_columns<T: Tested>() {
    for n in [PANEL - 1, PANEL + 1, ROWS + 1, 2 * ROWS + 2 * PANEL + 9] {
        let a = random::<T>(n, n);
        let transposed: Vec<T> = (0..n * n).map(|at| a[(at % n) * n + at / n]).collect();
        let mut pivots = vec![zero::<T>(); n];
        T::pivots(&a, n, &mut pivots, &in_order);
        for (width, height) in [(PANEL, ROWS), (3 * PANEL, 2 * ROWS)] {
            let (mut factors, mut swaps) = (vec![zero::<T>(); n * n], vec![0; n]);
            for at_hand in pieces(0..n, width) {
                let mut columns = part(&transposed, n, at_hand.clone(), 0..n);
                forward(&mut columns, (&factors, &swaps, n), at_hand.start, height);
                let own = &mut swaps[at_hand.clone()];
                T::lu_factor((&mut columns, n), at_hand.start, own, &on_threads);
                put(&mut factors, n, at_hand, 0..n, &columns);
            }
            assert!((0..n).all(|i| factors[i * n + i] == pivots[i]), "pivots of {n}");
            for k in [1, PANEL + 1, n] {
                let sides = random::<T>(n, k);
                let mut whole = sides.clone();
                T::solve(&a, n, &mut whole, k, &in_order).unwrap();
                for at_hand in pieces(0..k, width) {
                    let side = part(&sides, k, 0..n, at_hand.clone());
                    let c = at_hand.len();
                    let mut columns: Vec<T> =
                        (0..c * n).map(|at| side[at % n * c + at / n]).collect();
                    forward(&mut columns, (&factors, &swaps, n), n, height);
                    for panel in pieces(0..n, PANEL).collect::<Vec<_>>().into_iter().rev() {
                        let diagonal = part(&factors, n, panel.clone(), panel.clone());
                        let at = (panel.start, panel.len());
                        T::lu_bottom((&mut columns, n), at.0, &diagonal, at.1, &on_threads);
                        for rows in pieces(0..at.0, height) {
                            let piece = part(&factors, n, panel.clone(), rows.clone());
                            T::lu_subtract((&mut columns, n), at, &piece, rows.start, &on_threads);
                        }
                    }
                    let found: Vec<T> = (0..n * c).map(|at| columns[at % c * n + at / c]).collect();
                    let wanted = part(&whole, k, 0..n, at_hand);
                    assert!(found == wanted, "{k} sides of {n}, {width} and {height} at a time");
                }
            }
            let (mut inverse, mut columns) = (vec![zero::<T>(); n * n], identity::<T>(n));
            T::inverse(&a, n, &mut inverse, &in_order).unwrap();
            T::solve(&a, n, &mut columns, n, &in_order).unwrap();
            assert!(inverse == columns, "the inverse of {n}");
        }
    }
}

fn lu<T: Tested>() {
    for (m, n) in SIZES.into_iter().flat_map(|m| [(m, m), (m, m + 3), (m + 70, m)]) {
        let (a, k) = (random::<T>(m, n), m.min(n));
        let (mut l, mut u) = (vec![zero::<T>(); m * k], vec![zero::<T>(); k * n]);
        let mut rows = vec![0; m];
        T::lu(&a, (m, n), &mut l, &mut u, &mut rows, &in_order);
        let back = product(&l, &u, (m, k, n));
        let permuted: Vec<T> =
            rows.iter().flat_map(|&r| back[r * n..(r + 1) * n].to_vec()).collect();
        close(&permuted, &a, 20.0 + 4.0 * k as f64, "lu");
        let (mut l2, mut u2, mut rows2) = (l.clone(), u.clone(), rows.clone());
        T::lu(&a, (m, n), &mut l2, &mut u2, &mut rows2, &on_threads);
        assert!(l == l2 && u == u2 && rows == rows2, "threads");
    }
}

fn solve<T: Tested>() {
    for n in SIZES {
        let mut a = random::<T>(n, n);
        for i in 0..n {
            a[i * n + i] += from_f64::<T>(n as f64);
        }
        for k in [0, 1, 3, 130] {
            let x = random::<T>(n, k);
            let mut b = product(&a, &x, (n, n, k));
            T::solve(&a, n, &mut b, k, &on_threads).unwrap();
            close(&b, &x, 100.0, "solve");
            for (lower, unit) in [(true, false), (false, false), (true, true), (false, true)] {
                let kept = |i: usize, j: usize| if lower { j < i } else { j > i };
                let triangle: Vec<T> = (0..n * n)
                    .map(|at| match (at / n, at % n) {
                        (i, j) if i == j && unit => from_f64(1.0),
                        (i, j) if i == j => a[at],
                        (i, j) if kept(i, j) && n > 0 => a[at] * from_f64::<T>(0.5 / n as f64),
                        _ => zero(),
                    })
                    .collect();
                let mut b = product(&triangle, &x, (n, n, k));
                let triangle: Vec<T> = (0..n * n)
                    .map(|at| match (at / n, at % n) {
                        (i, j) if i == j && unit => from_f64(7.0),
                        (i, j) if i == j || kept(i, j) => triangle[at],
                        _ => from_f64(f64::NAN),
                    })
                    .collect();
                let which = Triangle { lower, unit };
                T::solve_triangular(&triangle, n, which, &mut b, k, &in_order).unwrap();
                close(&b, &x, 100.0, "triangular");
            }
        }
        let mut inverse = vec![zero::<T>(); n * n];
        T::inverse(&a, n, &mut inverse, &in_order).unwrap();
        close(&product(&a, &inverse, (n, n, n)), &identity(n), 100.0, "inverse");
        if n > 0 {
            a[..n].fill(zero());
            assert_eq!(T::inverse(&a, n, &mut inverse, &in_order), Err(Failure::Singular));
        }
    }
}

fn qr<T: Tested>() {
    for (m, n) in SIZES.into_iter().flat_map(|m| [(m, m), (m, m + 40), (m + 70, m)]) {
        let a = random::<T>(m, n);
        for columns in [m.min(n), m] {
            let mut q = vec![zero::<T>(); m * columns];
            let mut r = vec![from_f64::<T>(f64::NAN); columns * n];
            T::qr(&a, (m, n), Some((&mut q, columns)), &mut r, &in_order);
            close(&product(&q, &r, (m, columns, n)), &a, 100.0, "qr");
            let square = product(&adjoint(&q, m, columns), &q, (columns, m, columns));
            close(&square, &identity(columns), 100.0, "orthonormal");
            let (mut q2, mut r2) = (q.clone(), r.clone());
            T::qr(&a, (m, n), Some((&mut q2, columns)), &mut r2, &on_threads);
            assert!(q == q2 && r == r2, "threads");
            for i in 0..columns.min(n) {
                let d = r[i * n + i];
                let size: f64 = abs(&(d - conj(&d))).into();
                assert!(size <= 4.0 * T::EPSILON, "the diagonal is real: {d:?}");
            }
        }
    }
}

/// Reflecting some columns at a time gives the bits of all at once. On hand matrices are transposed,
/// so that columns lie together.
fn qr_in_columns<T: Tested>() {
    let p = REFLECTIONS;
    let sizes = [(1, 1), (1, 3), (3, 1), (p + 1, p), (2 * p + 1, 2 * p + 1), (3 * p, p + 3)];
    for (m, n) in sizes.into_iter().chain([(p + 5, 3 * p + 7), (7 * p + 1, 7 * p), (300, 301)]) {
        let (a, k) = (random::<T>(m, n), m.min(n));
        let transposed: Vec<T> = (0..m * n).map(|at| a[(at % m) * n + at / m]).collect();
        let (mut q, mut r) = (vec![zero::<T>(); m * m], vec![zero::<T>(); m * n]);
        T::qr(&a, (m, n), Some((&mut q, m)), &mut r, &in_order);
        for width in [REFLECTED, 3 * REFLECTED] {
            let (mut factors, mut t) = (vec![zero::<T>(); m * n], vec![zero::<T>(); p * k]);
            let reflect =
                |columns: &mut [T], panel: Range<usize>, back, (factors, t): (&[T], &[T])| {
                    let v = part(factors, m, panel.clone(), panel.start..m);
                    let t = &t[panel.start * p..panel.end * p];
                    T::qr_reflect((columns, m), panel.start, &v, t, back, &on_threads);
                };
            for at_hand in pieces(0..n, width) {
                let mut columns = part(&transposed, m, at_hand.clone(), 0..m);
                for panel in pieces(0..k.min(at_hand.start), p) {
                    reflect(&mut columns, panel, false, (&factors, &t));
                }
                if at_hand.start < k {
                    let own = &mut t[at_hand.start * p..at_hand.end.min(k) * p];
                    T::qr_factor((&mut columns, m), at_hand.start, own, &on_threads);
                }
                put(&mut factors, m, at_hand, 0..m, &columns);
            }
            let diagonal: Vec<T> = (0..k).map(|i| factors[i * (m + 1)]).collect();
            let whole: Vec<T> = (0..m * n).map(|at| factors[at % n * m + at / n]).collect();
            let mut found = vec![zero::<T>(); m * n];
            for (rows, columns) in
                pieces(0..m, 7).flat_map(|r| pieces(0..n, 50).map(move |c| (r.clone(), c)))
            {
                let mut block = part(&whole, n, rows.clone(), columns.clone());
                let first = (rows.start, columns.start);
                T::qr_upper((&mut block, columns.len()), first, &diagonal);
                put(&mut found, n, rows, columns, &block);
            }
            assert!(found == r, "R of {m} x {n}, {width} at a time");
            for at_hand in pieces(0..m, width) {
                let mut columns = part(&identity::<T>(m), m, at_hand.clone(), 0..m);
                for panel in pieces(0..k.min(at_hand.end), p).collect::<Vec<_>>().into_iter().rev()
                {
                    let before = panel.start.saturating_sub(at_hand.start) / REFLECTED * REFLECTED;
                    reflect(&mut columns[before * m..], panel, true, (&factors, &t));
                }
                let own = &diagonal[at_hand.start.min(k)..at_hand.end.min(k)];
                T::qr_turn((&mut columns, m), own);
                let wanted = part(&q, m, 0..m, at_hand.clone());
                let c = at_hand.len();
                let found: Vec<T> = (0..m * c).map(|at| columns[at % c * m + at / c]).collect();
                assert!(found == wanted, "Q of {m} x {n}, {width} at a time");
            }
        }
    }
}

fn spectral<T: Tested>() {
    for n in SIZES {
        let b = random::<T>(n, n);
        let t = adjoint(&b, n, n);
        let a: Vec<T> = b.iter().zip(&t).map(|(&x, &y)| x + y).collect();
        let (mut w, mut v) = (vec![from_f64::<T::Real>(0.0); n], vec![zero::<T>(); n * n]);
        T::eigh(&a, n, &mut w, Some(&mut v), 1, &in_order).unwrap();
        let scaled: Vec<T> = (0..n * n).map(|at| v[at] * from_real::<T>(&w[at % n])).collect();
        close(&product(&a, &v, (n, n, n)), &scaled, 200.0 + 4.0 * n as f64, &format!("eigh {n}"));
        close(&product(&adjoint(&v, n, n), &v, (n, n, n)), &identity(n), 200.0, "orthonormal");
        let mut values = w.clone();
        T::eigh(&a, n, &mut values, None, 1, &in_order).unwrap();
        let all = |w: &[T::Real]| w.iter().map(from_real::<T>).collect::<Vec<T>>();
        close(&all(&values), &all(&w), 50.0 + 2.0 * n as f64, "eigenvalues alone");
        assert!(w.windows(2).all(|p| p[0] <= p[1]), "ascending");
    }
}

fn svd<T: Tested>() {
    for (m, n) in SIZES.into_iter().flat_map(|m| [(m, m), (m, m + 5), (m + 70, m)]) {
        let (a, k) = (random::<T>(m, n), m.min(n));
        for (c, d) in [(k, k), (m, n)] {
            let mut s = vec![from_f64::<T::Real>(0.0); k];
            let (mut u, mut vh) = (vec![zero::<T>(); m * c], vec![zero::<T>(); d * n]);
            T::svd(&a, (m, n), &mut s, Some((&mut u, &mut vh)), 1, &in_order).unwrap();
            let scaled: Vec<T> = (0..m * k)
                .map(|at| {
                    let s = from_real::<T>(&s[at % k]);
                    u[(at / k) * c + at % k] * s
                })
                .collect();
            close(&product(&scaled, &vh[..k * n], (m, k, n)), &a, 300.0, "svd");
            close(&product(&adjoint(&u, m, c), &u, (c, m, c)), &identity(c), 200.0, "u");
            close(&product(&vh, &adjoint(&vh, d, n), (d, n, d)), &identity(d), 200.0, "vh");
        }
    }
    let mut s = [from_f64::<T::Real>(0.0)];
    let failed = T::svd(&[from_f64(f64::NAN)], (1, 1), &mut s, None, 1, &in_order);
    assert_eq!(failed, Err(Failure::NoConvergence));
}

/// Whether `a v = v w`, with columns of length 1.
fn eig<T, C>(to: impl Fn(T) -> C)
where
    T: Tested,
    T::Part: crate::Precision<Complex = C>,
    C: Tested,
{
    for n in SIZES {
        let a = random::<T>(n, n);
        let (mut w, mut v) = (vec![zero::<C>(); n], vec![zero::<C>(); n * n]);
        T::eig(&a, n, &mut w, Some(&mut v)).unwrap();
        let wide: Vec<C> = a.iter().map(|&x| to(x)).collect();
        let scaled: Vec<C> = (0..n * n).map(|at| v[at] * w[at % n]).collect();
        close(&product(&wide, &v, (n, n, n)), &scaled, 400.0 + 8.0 * n as f64, "eig");
        for j in 0..n {
            let length: f64 = (0..n).map(|i| abs(&v[i * n + j]).into().powi(2)).sum();
            assert!((length - 1.0).abs() < 100.0 * T::EPSILON, "{length}");
        }
    }
}

fn expm<T: Tested>() {
    for n in [0, 1, 2, 3, 5, 9, 33] {
        for size in [1e-3, 0.1, 1.0, 5.0, 20.0] {
            let factor = from_f64::<T>(size / n.max(1) as f64);
            let a: Vec<T> = random::<T>(n, n).into_iter().map(|x| x * factor).collect();
            let minus: Vec<T> = a.iter().map(|&x| -x).collect();
            let (mut up, mut down) = (vec![zero::<T>(); n * n], vec![zero::<T>(); n * n]);
            T::expm(&a, n, &mut up, &in_order);
            T::expm(&minus, n, &mut down, &in_order);
            let largest = |m: &[T]| m.iter().map(|v| abs(v).into()).fold(1.0, f64::max);
            let scale = 30.0 * largest(&up) * largest(&down) * n.max(1) as f64;
            close(&product(&up, &down, (n, n, n)), &identity(n), scale, "expm");
        }
    }
}

macro_rules! for_all {
    ($($name:ident),*) => {$(
        mod $name {
            use num_complex::Complex;
            #[test]
            fn float32() { super::$name::<f32>(); }
            #[test]
            fn float64() { super::$name::<f64>(); }
            #[test]
            fn complex64() { super::$name::<Complex<f32>>(); }
            #[test]
            fn complex128() { super::$name::<Complex<f64>>(); }
        }
    )*};
}

for_all!(cholesky, cholesky_in_blocks, lu, solve, solve_in_columns, qr, qr_in_columns, svd, expm);

#[test]
fn eigenvalues() {
    spectral::<f32>();
    spectral::<f64>();
    spectral::<Complex<f32>>();
    spectral::<Complex<f64>>();
    eig::<f32, _>(|x| Complex::new(x, 0.0));
    eig::<f64, _>(|x| Complex::new(x, 0.0));
    eig::<Complex<f32>, _>(|x| x);
    eig::<Complex<f64>, _>(|x| x);
}

#[test]
fn exponentials_of_diagonals() {
    let mut out = [0.0; 4];
    f64::expm(&[1.0, 0.0, 0.0, -30.0], 2, &mut out, &in_order);
    assert!((out[0] - 1.0f64.exp()).abs() < 1e-12, "{out:?}");
    assert!((out[3] / (-30.0f64).exp() - 1.0).abs() < 1e-10, "{out:?}");
}

#[test]
fn singular_matrices_have_finite_factors() {
    let mut diagonal = [f64::NAN; 3];
    let each: Each<'_> = &in_order;
    f64::pivots(&[0.0, 1.0, 2.0, 0.0, 3.0, 4.0, 0.0, 5.0, 7.0], 3, &mut diagonal, each);
    assert_eq!(diagonal[0], 0.0);
    assert!(diagonal.iter().all(|d| d.is_finite()), "{diagonal:?}");
}

/// The sum that a transform is.
fn slow(x: &[Complex<f64>], sign: f64) -> Vec<Complex<f64>> {
    let n = x.len();
    (0..n)
        .map(|k| {
            let turn = |j: usize| {
                let angle = sign * 2.0 * std::f64::consts::PI * (j * k % n) as f64 / n as f64;
                Complex::new(angle.cos(), angle.sin())
            };
            x.iter().enumerate().map(|(j, &v)| v * turn(j)).sum()
        })
        .collect()
}

fn transform(t: Transform, n: usize, scale: f64, input: &[f64], lanes: usize) -> Vec<f64> {
    let mut out = vec![f64::NAN; lanes * t.writes(n)];
    let mut memory = vec![Complex::new(f64::NAN, 0.0); fourier::working::<f64>(t, n)];
    let input = (input, input.len() / lanes);
    fourier::run(t, n, scale, input, &mut out, &mut memory, &in_order);
    out
}

fn near(found: &[f64], wanted: &[f64]) {
    assert_eq!(found.len(), wanted.len());
    for (f, w) in found.iter().zip(wanted) {
        assert!((f - w).abs() < 1e-11, "{found:?} {wanted:?}");
    }
}

#[test]
fn transforms_are_the_sums() {
    for n in [1usize, 2, 3, 4, 7, 8, 13, 30, 37] {
        for length in [n, n + 3, n.saturating_sub(2).max(1)] {
            let mut numbers = Numbers(n as u64);
            let real: Vec<f64> = (0..2 * length).map(|_| numbers.next()).collect();
            let pairs: Vec<f64> = (0..4 * length).map(|_| numbers.next()).collect();
            for lane in 0..2 {
                let mut x: Vec<Complex<f64>> = real[lane * length..(lane + 1) * length]
                    .iter()
                    .map(|&v| Complex::new(v, 0.0))
                    .collect();
                x.resize(n, Complex::new(0.0, 0.0));
                let wanted = slow(&x, -1.0);
                let found = transform(Transform::RealForward, n, 0.5, &real, 2);
                let half: Vec<f64> =
                    wanted[..n / 2 + 1].iter().flat_map(|v| [v.re * 0.5, v.im * 0.5]).collect();
                near(&found[lane * half.len()..(lane + 1) * half.len()], &half);
                let mut x: Vec<Complex<f64>> =
                    bytemuck::cast_slice(&pairs[lane * 2 * length..(lane + 1) * 2 * length])
                        .to_vec();
                x.resize(n, Complex::new(0.0, 0.0));
                for (t, sign) in [(Transform::Forward, -1.0), (Transform::Inverse, 1.0)] {
                    let wanted: Vec<f64> =
                        slow(&x, sign).iter().flat_map(|v| [v.re, v.im]).collect();
                    let found = transform(t, n, 1.0, &pairs, 2);
                    near(&found[lane * 2 * n..(lane + 1) * 2 * n], &wanted);
                }
                let wanted = mirrored(&x, n);
                let found = transform(Transform::RealInverse, n, 1.0, &pairs, 2);
                if length == n {
                    near(&found[lane * n..(lane + 1) * n], &wanted);
                }
            }
        }
    }
}

/// The real inverse of what is made symmetric from its first half.
fn mirrored(x: &[Complex<f64>], n: usize) -> Vec<f64> {
    let mut full = vec![Complex::new(0.0, 0.0); n];
    for k in 0..=n / 2 {
        let value = if k == 0 || 2 * k == n {
            Complex::new(x.get(k).map_or(0.0, |v| v.re), 0.0)
        } else {
            x[k]
        };
        if k < n {
            full[k] = value;
            full[(n - k) % n] = value.conj();
        }
    }
    slow(&full, 1.0).iter().map(|v| v.re).collect()
}

#[test]
fn large_factors_do_not_depend_on_the_threads() {
    let (m, n) = (330, 290);
    let a = random::<f64>(m, n);
    let b = random::<f64>(n, n);
    let symmetric: Vec<f64> = (0..n * n).map(|i| b[i] + b[i % n * n + i / n]).collect();
    let run = |threads: usize| {
        let (mut w, mut v) = (vec![0.0; n], vec![0.0; n * n]);
        f64::eigh(&symmetric, n, &mut w, Some(&mut v), threads, &in_order).unwrap();
        let (mut s, mut u, mut vh) = (vec![0.0; n], vec![0.0; m * n], vec![0.0; n * n]);
        f64::svd(&a, (m, n), &mut s, Some((&mut u, &mut vh)), threads, &in_order).unwrap();
        [w, v, s, u, vh].concat().into_iter().map(f64::to_bits).collect::<Vec<u64>>()
    };
    let alone = run(1);
    let scaled = |w: &[u64], v: &[u64]| -> Vec<f64> {
        (0..n * n).map(|at| f64::from_bits(v[at]) * f64::from_bits(w[at % n])).collect()
    };
    let (w, v) = (&alone[..n], &alone[n..n + n * n]);
    let vectors: Vec<f64> = v.iter().map(|&v| f64::from_bits(v)).collect();
    close(&product(&symmetric, &vectors, (n, n, n)), &scaled(w, v), 2000.0, "eigh");
    for threads in [2, 3, 8] {
        assert!(run(threads) == alone, "{threads} threads");
    }
}
