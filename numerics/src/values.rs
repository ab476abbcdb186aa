//! Eigenvalues of tridiagonal and singular values of bidiagonal matrices, without vectors.
//!
//! Both iterations work on squares and take no roots inside. They run in double precision for
//! every element type; the numbers are first scaled by a power of two so that squares neither
//! overflow nor lose what matters beside the greatest.

use crate::Failure;

/// Passes per value after which an iteration is given up.
const PASSES: usize = 60;

/// Squares of this share of their neighbours count as zero: the square of the unit of roundoff.
const NEGLIGIBLE: f64 = f64::EPSILON * f64::EPSILON / 4.0;

/// The power of two that brings the greatest magnitude into `[0.5, 1)`, and its inverse; none for
/// numbers that are all zero.
fn scale(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let greatest = values.fold(0.0_f64, |m, v| m.max(v.abs()));
    if greatest == 0.0 {
        return None;
    }
    let exponent = ((greatest.to_bits() >> 52) as i32 - 1022).clamp(-1021, 1021);
    Some((2.0_f64.powi(-exponent), 2.0_f64.powi(exponent)))
}

/// The eigenvalues, ascending, of the symmetric tridiagonal matrix with this diagonal and these
/// elements beside it (one fewer); they take the place of the diagonal. The root-free QL iteration
/// of Pal, Walker and Kahan (B. N. Parlett, The Symmetric Eigenvalue Problem, section 8.15) with
/// Wilkinson's shift, from the end of the block where the elements are smaller.
pub(crate) fn tridiagonal(diagonal: &mut [f64], beside: &mut [f64]) -> Result<(), Failure> {
    let numbers = diagonal.iter().chain(beside.iter()).copied();
    let Some((down, up)) = scale(numbers) else { return Ok(()) };
    diagonal.iter_mut().for_each(|d| *d *= down);
    beside.iter_mut().for_each(|e| *e = (*e * down) * (*e * down));
    let mut passes = PASSES * diagonal.len();
    let mut end = diagonal.len();
    while end > 0 {
        let start = unreduced(diagonal, beside, end);
        let (d, e) = (&mut diagonal[start..end], &mut beside[start..end - 1]);
        if d[0].abs() > d[d.len() - 1].abs() {
            d.reverse();
            e.reverse();
        }
        ql(d, e, &mut passes)?;
        end = start;
    }
    diagonal.sort_unstable_by(f64::total_cmp);
    diagonal.iter_mut().for_each(|d| *d *= up);
    Ok(())
}

/// Where the last block before `end` starts that no negligible element divides.
fn unreduced(diagonal: &[f64], squares: &[f64], end: usize) -> usize {
    (1..end).rev().find(|&i| parted(diagonal[i - 1], squares[i - 1], diagonal[i])).unwrap_or(0)
}

/// Whether the square of the element between two of the diagonal counts as zero.
fn parted(left: f64, square: f64, right: f64) -> bool {
    square <= NEGLIGIBLE * (left * right).abs() || square < f64::MIN_POSITIVE
}

/// The QL iteration of one block: `d` becomes its eigenvalues.
fn ql(d: &mut [f64], e: &mut [f64], passes: &mut usize) -> Result<(), Failure> {
    let mut first = 0;
    while first < d.len() {
        let last = (first..d.len() - 1).find(|&i| parted(d[i], e[i], d[i + 1]));
        let last = last.unwrap_or(d.len() - 1);
        match last - first {
            0 => first += 1,
            1 => {
                (d[first], d[last]) = pair(d[first], e[first], d[last]);
                first += 2;
            }
            _ => {
                *passes = passes.checked_sub(1).ok_or(Failure::NoConvergence)?;
                if last + 1 < d.len() {
                    e[last] = 0.0;
                }
                ql_pass(&mut d[first..=last], &mut e[first..last]);
            }
        }
    }
    Ok(())
}

/// The eigenvalues of a symmetric matrix of two rows, from the square of the element beside its
/// diagonal.
fn pair(a: f64, square: f64, b: f64) -> (f64, f64) {
    let (sum, half) = (a + b, (a - b) * 0.5);
    let root = (half * half + square).sqrt();
    if sum == 0.0 {
        return (root, -root);
    }
    let greater = sum * 0.5 + root.copysign(sum);
    // The product of both is the determinant.
    let (large, small) = if a.abs() > b.abs() { (a, b) } else { (b, a) };
    (greater, (large / greater) * small - square / greater)
}

/// Rows of a block from which on two passes run over it, the second right behind the first.
const TWO_PASSES: usize = 8;

/// One pass over an unreduced block of at least two rows, with an eigenvalue of its first two rows
/// for a shift; or two over a longer one, with both. Their steps take turns because each waits for
/// the one before it.
fn ql_pass(d: &mut [f64], e: &mut [f64]) {
    let last = d.len() - 1;
    let root = e[0].sqrt();
    let slope = (d[1] - d[0]) / (2.0 * root);
    let turn = root / (slope + slope.hypot(1.0).copysign(slope));
    let (near, far) = (d[0] - turn, d[1] + turn);
    let mut first = Pass::new(d[last], near);
    if d.len() < TWO_PASSES {
        (0..last).rev().for_each(|i| first.step(d, e, i));
        return first.end(d, e);
    }
    first.step(d, e, last - 1);
    let mut second = Pass::new(d[last], far);
    for i in (0..last - 1).rev() {
        first.step(d, e, i);
        second.step(d, e, i + 1);
    }
    first.end(d, e);
    second.step(d, e, 0);
    second.end(d, e);
}

/// A pass on its way from the last row to the first, with the quantities of the source.
struct Pass {
    shift: f64,
    c: f64,
    s: f64,
    gamma: f64,
    p: f64,
}

impl Pass {
    fn new(last: f64, shift: f64) -> Pass {
        let gamma = last - shift;
        Pass { shift, c: 1.0, s: 0.0, gamma, p: gamma * gamma }
    }

    #[inline(always)]
    fn step(&mut self, d: &mut [f64], e: &mut [f64], i: usize) {
        let (square, p, old) = (e[i], self.p, self.gamma);
        let r = p + square;
        if i + 1 < e.len() {
            e[i + 1] = self.s * r;
        }
        // `gamma` and the next `p` both come from their numerator, so that one division follows
        // the other nowhere.
        let numerator = p * (d[i] - self.shift) - square * old;
        let both = r * p;
        let inverse = 1.0 / r;
        let before = self.c;
        self.c = p * inverse;
        self.s = square * inverse;
        self.gamma = numerator * inverse;
        d[i + 1] = old + (d[i] - self.gamma);
        self.p = if both >= f64::MIN_POSITIVE {
            numerator * (numerator / both)
        } else if self.c != 0.0 {
            self.gamma * self.gamma * (r / p)
        } else {
            before * square
        };
    }

    fn end(self, d: &mut [f64], e: &mut [f64]) {
        e[0] = self.s * self.p;
        d[0] = self.shift + self.gamma;
    }
}

/// The singular values, descending, of the upper bidiagonal matrix with this diagonal and these
/// elements above it (one fewer); they take the place of the diagonal. The differential quotient-
/// difference algorithm with shifts (K. V. Fernando and B. N. Parlett, Accurate singular values and
/// differential qd algorithms, Numer. Math. 67, 1994): with the squares `q` and `e` of both, a pass
/// takes a lower bound of the least square off all of them.
pub(crate) fn bidiagonal(diagonal: &mut [f64], above: &[f64]) -> Result<(), Failure> {
    let n = diagonal.len();
    let numbers = diagonal.iter().chain(above).copied();
    let Some((down, up)) = scale(numbers) else { return Ok(()) };
    let square = |v: &f64| (v * down) * (v * down);
    let mut squares = Squares {
        q: diagonal.iter().map(square).collect(),
        e: above.iter().map(square).collect(),
        next: (vec![0.0; n], vec![0.0; n]),
        passes: PASSES * n,
    };
    let mut blocks = vec![Block { start: 0, end: n, taken: Sum::default() }];
    while let Some(block) = blocks.pop() {
        squares.iterate(block, &mut blocks)?;
    }
    for (value, square) in diagonal.iter_mut().zip(&squares.q) {
        *value = square.max(0.0).sqrt() * up;
    }
    diagonal.sort_unstable_by(|a, b| b.total_cmp(a));
    Ok(())
}

/// A sum and what rounding took from it.
#[derive(Clone, Copy, Default)]
struct Sum {
    value: f64,
    rest: f64,
}

impl Sum {
    fn add(&mut self, more: f64) {
        let more = more + self.rest;
        let sum = self.value + more;
        // Exact for a sum that is at least as great as what is added, and as good otherwise here.
        let part = sum - self.value;
        self.rest = (self.value - (sum - part)) + (more - part);
        self.value = sum;
    }
}

/// Squares that are worked on together, and what was taken off them so far.
struct Block {
    start: usize,
    end: usize,
    taken: Sum,
}

/// What a pass saw.
struct Seen {
    /// The least of the `d`, not the last one.
    least: f64,
    /// The last `d`: the new last `q`.
    last: f64,
    /// Where the new squares fall apart: after this row.
    parted: Option<usize>,
}

/// The squares of a bidiagonal matrix; finished ones stay in `q`.
struct Squares {
    q: Vec<f64>,
    e: Vec<f64>,
    next: (Vec<f64>, Vec<f64>),
    passes: usize,
}

impl Squares {
    /// Finishes the lower part of a block; parts that fall off are added to `blocks`.
    fn iterate(&mut self, block: Block, blocks: &mut Vec<Block>) -> Result<(), Failure> {
        let Block { mut start, mut end, mut taken } = block;
        let parted = |i: &usize| negligible(self.e[i - 1], self.q[i - 1]);
        if let Some(at) = (start + 1..end).rev().find(parted) {
            blocks.push(Block { start, end: at, taken });
            start = at;
        }
        // A lower bound of the least square that is left.
        let mut shift = 0.0;
        let mut refused = 0;
        while end > start {
            if end - start == 1 {
                self.q[start] += taken.value;
                return Ok(());
            }
            if self.e[end - 2] <= NEGLIGIBLE * (taken.value + self.q[end - 1]) {
                end -= 1;
                self.q[end] += taken.value;
                continue;
            }
            if end - start == 2 {
                let (large, small) = self.two(start);
                self.q[start] = large + taken.value;
                self.q[start + 1] = small + taken.value;
                return Ok(());
            }
            if 1.5 * self.q[start] < self.q[end - 1] {
                self.q[start..end].reverse();
                self.e[start..end - 1].reverse();
                shift = 0.0;
            }
            self.passes = self.passes.checked_sub(1).ok_or(Failure::NoConvergence)?;
            let seen = self.pass(start, end, shift);
            let least = seen.least.min(seen.last);
            if least.is_nan() || least < 0.0 {
                // More was taken than there is.
                refused += 1;
                shift = match (seen.least > 0.0 && seen.last < 0.0, refused) {
                    (true, 1) => ((shift + seen.last) * (1.0 - 2.0 * f64::EPSILON)).max(0.0),
                    (_, 1 | 2) => shift * 0.25,
                    _ => 0.0,
                };
                continue;
            }
            refused = 0;
            taken.add(shift);
            self.q[start..end].copy_from_slice(&self.next.0[start..end]);
            self.e[start..end - 1].copy_from_slice(&self.next.1[start..end - 1]);
            if let Some(at) = seen.parted
                && at + 2 < end
            {
                blocks.push(Block { start, end: at + 1, taken });
                start = at + 1;
            }
            shift = self.bound(start, end, &seen);
        }
        Ok(())
    }

    /// One pass with a shift, into `next`.
    fn pass(&mut self, start: usize, end: usize, shift: f64) -> Seen {
        let (q, e) = (&self.q[start..end], &self.e[start..end - 1]);
        let next_q = &mut self.next.0[start..end];
        let next_e = &mut self.next.1[start..end - 1];
        let mut d = q[0] - shift;
        let mut least = f64::INFINITY;
        let mut parted = None;
        let rows = q[1..].iter().zip(e).zip(next_q.iter_mut()).zip(next_e.iter_mut());
        for (i, (((&q, &e), new_q), new_e)) in rows.enumerate() {
            least = if d >= least { least } else { d };
            let sum = d + e;
            let share = q / sum;
            *new_q = sum;
            *new_e = e * share;
            d = d * share - shift;
            if negligible(*new_e, sum) {
                parted = Some(start + i);
            }
        }
        next_q[end - start - 1] = d;
        Seen { least, last: d, parted }
    }

    /// A lower bound, in most cases, of the least square: the Rayleigh quotient of the vector that
    /// all rows but the last take to zero, less its residual.
    fn bound(&self, start: usize, end: usize, seen: &Seen) -> f64 {
        let least = seen.least.min(seen.last);
        if seen.last > seen.least {
            return least * 0.25;
        }
        let (mut term, mut sum) = (1.0, 0.0);
        for i in (start..end - 1).rev() {
            term *= self.e[i] / self.q[i];
            sum += term;
            if term < 0.01 * sum || sum > 0.6 {
                break;
            }
        }
        let sum = sum * 1.05;
        if sum < 0.563 { least * (1.0 - sum.sqrt()) / (1.0 + sum) } else { least * 0.25 }
    }

    /// The squares of the singular values of two rows.
    fn two(&self, start: usize) -> (f64, f64) {
        let (a, e, b) = (self.q[start], self.e[start], self.q[start + 1]);
        let half = (a - b + e) * 0.5;
        let large = (a + b + e) * 0.5 + half.hypot((e * b).sqrt());
        (large, if large == 0.0 { 0.0 } else { b * (a / large) })
    }
}

/// Whether the square of an element above the diagonal counts as zero beside the one before it, or
/// beside 1.
fn negligible(e: f64, q: f64) -> bool {
    e <= NEGLIGIBLE * q || e < 1e-290
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// How many eigenvalues of a tridiagonal matrix are below `x`: the negative pivots of what is
    /// left when `x` is taken off the diagonal.
    fn below(diagonal: &[f64], beside: &[f64], x: f64) -> usize {
        let mut pivot = 1.0;
        let mut count = 0;
        for (i, d) in diagonal.iter().enumerate() {
            let e = if i == 0 { 0.0 } else { beside[i - 1] };
            pivot = d - x - e * (e / pivot);
            if pivot == 0.0 {
                pivot = -f64::MIN_POSITIVE;
            }
            count += usize::from(pivot < 0.0);
        }
        count
    }

    /// Every ascending value is an eigenvalue up to some units of roundoff of the greatest.
    fn are_eigenvalues(diagonal: &[f64], beside: &[f64], values: &[f64], what: &str) {
        let greatest = values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        let error = (20.0 + values.len() as f64) * f64::EPSILON * greatest + 1e-300;
        for (i, &value) in values.iter().enumerate() {
            let (low, high) =
                (below(diagonal, beside, value - error), below(diagonal, beside, value + error));
            assert!(low <= i && i < high, "{what}: {value} is number {low} to {high}, not {i}");
        }
    }

    fn check_tridiagonal(diagonal: &[f64], beside: &[f64], what: &str) {
        let (mut values, mut squares) = (diagonal.to_vec(), beside.to_vec());
        tridiagonal(&mut values, &mut squares).unwrap();
        are_eigenvalues(diagonal, beside, &values, what);
    }

    /// The singular values of B and their opposites are the eigenvalues of the matrix of twice the
    /// size with zeros on its diagonal and the elements of B in turn beside it.
    fn check_bidiagonal(diagonal: &[f64], above: &[f64], what: &str) {
        let mut values = diagonal.to_vec();
        bidiagonal(&mut values, above).unwrap();
        let mut beside = vec![];
        for (i, &d) in diagonal.iter().enumerate() {
            beside.push(d);
            beside.extend(above.get(i));
        }
        let all: Vec<f64> = values.iter().map(|v| -v).chain(values.iter().rev().copied()).collect();
        are_eigenvalues(&vec![0.0; 2 * values.len()], &beside, &all, what);
    }

    #[test]
    fn known_values() {
        for n in [1, 2, 3, 4, 5, 10, 33, 100, 300] {
            let (mut d, mut e) = (vec![2.0; n], vec![-1.0; n - 1]);
            tridiagonal(&mut d, &mut e).unwrap();
            for (k, &value) in d.iter().enumerate() {
                let wanted = 2.0 - 2.0 * ((k + 1) as f64 * PI / (n + 1) as f64).cos();
                assert!((value - wanted).abs() < 4e-15 * n as f64, "{n}: {value} for {wanted}");
            }
            let mut q = vec![1.0; n];
            bidiagonal(&mut q, &vec![1.0; n - 1]).unwrap();
            for (k, &value) in q.iter().enumerate() {
                let wanted = 2.0 * ((k + 1) as f64 * PI / (2 * n + 1) as f64).cos();
                let error = (value - wanted).abs() / wanted;
                assert!(error < 1e-14 * n as f64, "{n}: {value} for {wanted}");
            }
        }
    }

    #[test]
    fn values_of_all_kinds() {
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        for n in [1, 2, 3, 4, 5, 7, 12, 40, 101, 250] {
            for kind in 0..14 {
                let mut element = |i: usize, above: bool| {
                    let u = next() - 0.5;
                    match kind {
                        0 => u,
                        1 => u * 0.7_f64.powi(i as i32),
                        2 => u * 0.7_f64.powi((n - i) as i32),
                        3 => u * 10.0_f64.powi((next() * 40.0) as i32 - 20),
                        4 => {
                            if above {
                                1e-8 * u
                            } else {
                                1.0
                            }
                        }
                        5 => {
                            if above {
                                1.0
                            } else {
                                ((i % 21) as f64 - 10.0).abs()
                            }
                        }
                        6 => {
                            if next() < 0.3 {
                                0.0
                            } else {
                                u
                            }
                        }
                        7 => 0.0,
                        8 => {
                            if i == 0 {
                                u
                            } else {
                                1e-17 * u
                            }
                        }
                        9 => u * 1e300,
                        10 => u * 1e-300,
                        11 => {
                            if above {
                                1.0
                            } else {
                                1e-9 * u
                            }
                        }
                        12 => {
                            if above {
                                u
                            } else {
                                0.0
                            }
                        }
                        _ => 1.0 + 1e-15 * u,
                    }
                };
                let diagonal: Vec<f64> = (0..n).map(|i| element(i, false)).collect();
                let beside: Vec<f64> = (1..n).map(|i| element(i, true)).collect();
                let what = format!("kind {kind} of size {n}");
                check_tridiagonal(&diagonal, &beside, &what);
                check_bidiagonal(&diagonal, &beside, &what);
            }
        }
    }
}
