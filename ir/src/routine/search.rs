//! Searching in sorted arrays, and counting how many values lie between their elements.

use super::keys::Keyed;

/// Elements of a sorted array up to which it is looked at before many are searched in it.
const FEW: usize = 8192;

/// Adding it to a float64 from 0 to below 2^32 rounds that to a whole number, which is then in the
/// low bits.
const WHOLE: f64 = (1u64 << 52) as f64;

/// Elements from which memory is waited for when they are searched.
const LARGE: usize = 1 << 16;

/// Values that are searched together in as many.
const ABREAST: usize = 8;

/// Tables side by side in which values are counted: equal values one after the other do not wait
/// for each other.
const SIDE_BY_SIDE: usize = 4;

/// The factor from a distance to the first element to a position, where positions found that way
/// miss by a quarter at most.
fn even<T: Keyed>(sorted: &[T]) -> Option<f64> {
    let (first, last) = (sorted.first()?.near(), sorted.last()?.near());
    let scale = (sorted.len() - 1) as f64 / (last - first);
    let hits = |(i, x): (usize, &T)| ((x.near() - first) * scale - i as f64).abs() <= 0.25;
    (scale.is_finite() && scale > 0.0 && sorted.iter().enumerate().all(hits)).then_some(scale)
}

/// Calls `each` with every value and the number of elements of `sorted` that are less, or with
/// `right` not greater; NaN is greater than all others.
#[inline(always)]
fn places<T: Keyed>(sorted: &[T], values: &[T], right: bool, mut each: impl FnMut(T, usize)) {
    let looked_at = sorted.len() <= FEW && values.len() >= 4 * sorted.len();
    if let Some(scale) = looked_at.then(|| even(sorted)).flatten() {
        let (n, first) = (sorted.len(), sorted[0].near());
        let top = (n - 1) as f64;
        for &v in values {
            // A value between elements i and i + 1 is at i - 1/4 to i + 5/4, which rounds to one of
            // the two: those before that one are less than the value.
            let at = ((v.near() - first) * scale).max(0.0).min(top);
            let guess = (at + WHOLE).to_bits() as u32 as usize;
            let before = if right { sorted[guess] <= v } else { sorted[guess] < v };
            each(v, if v.is_nan() { n } else { guess + usize::from(before) });
        }
        return;
    }
    let large = sorted.len() >= LARGE;
    let (several, rest) = if large { values.as_chunks::<ABREAST>() } else { (&[][..], values) };
    for values in several {
        for (&v, at) in values.iter().zip(abreast(sorted, values, right)) {
            each(v, if v.is_nan() { place(sorted, v, right) } else { at });
        }
    }
    for &v in rest {
        each(v, place(sorted, v, right));
    }
}

/// Where a value belongs.
#[inline(always)]
fn place<T: Keyed>(sorted: &[T], v: T, right: bool) -> usize {
    let key = v.loose();
    match right {
        false => sorted.partition_point(|s| s.loose() < key),
        true => sorted.partition_point(|s| s.loose() <= key),
    }
}

/// Where values that are not NaN belong, by binary searches that go on together: while one waits for
/// memory so do the others.
#[inline(always)]
fn abreast<T: Keyed, const N: usize>(sorted: &[T], values: &[T; N], right: bool) -> [usize; N] {
    // NaN, which comes last, is before no number.
    let before = |s: Option<&T>, v: T| s.is_some_and(|&s| if right { s <= v } else { s < v });
    let mut at = [0; N];
    let mut left = sorted.len();
    while left > 1 {
        let half = left / 2;
        for j in 0..N {
            let is_before = before(sorted.get(at[j] + half - 1), values[j]);
            at[j] += if is_before { half } else { 0 };
        }
        left -= half;
    }
    for j in 0..N {
        at[j] += usize::from(before(sorted.get(at[j]), values[j]));
    }
    at
}

/// Positions in `sorted`, for which values may stand before equal elements or (`right`) after them.
pub(super) fn search<T: Keyed>(sorted: &[T], values: &[T], right: bool, out: &mut [i64]) {
    let mut to = out.iter_mut();
    let mut put = |_, at| {
        if let Some(o) = to.next() {
            *o = at as i64;
        }
    };
    match right {
        false => places(sorted, values, false, &mut put),
        true => places(sorted, values, true, &mut put),
    }
}

/// Counters that [`count`] needs for so many edges.
pub(super) fn counters(edges: usize) -> usize {
    SIDE_BY_SIDE * (edges + 1)
}

/// How many values lie between neighbouring edges: from one to below the next, the last with its
/// right edge. Values outside, and NaN, are not counted.
pub(super) fn count<T: Keyed>(edges: &[T], values: &[T], out: &mut [i64], counters: &mut [u32]) {
    let Some(&last) = edges.last() else { return };
    counters.fill(0);
    let mut turn = 0;
    places(edges, values, true, |v, at| {
        // What equals the last edge belongs before it.
        let at = at.saturating_sub(usize::from(v == last));
        counters[at * SIDE_BY_SIDE + turn] += 1;
        turn = (turn + 1) % SIDE_BY_SIDE;
    });
    for (o, of_bin) in out.iter_mut().zip(counters.chunks_exact(SIDE_BY_SIDE).skip(1)) {
        *o = of_bin.iter().map(|&n| i64::from(n)).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searching_puts_nan_last() {
        let x = [-1.0, 0.0, 0.0, 2.0, f64::NAN];
        let values = [-0.0, 2.0, 3.0, f64::NAN, -5.0];
        let mut out = [0; 5];
        search(&x, &values, false, &mut out);
        assert_eq!(out, [1, 3, 4, 4, 0]);
        search(&x, &values, true, &mut out);
        assert_eq!(out, [3, 4, 4, 5, 0]);
    }

    #[test]
    fn many_are_searched_as_one_is() {
        let n = LARGE + 77;
        let mut x: Vec<f64> = (0..n).map(|i| (i / 3) as f64 - 1000.0).collect();
        x[3000] = -0.0;
        x[n - 5..].fill(f64::NAN);
        let few = [f64::NEG_INFINITY, -1000.0, -0.0, 0.0, 17.5, 18.0, 1e9, f64::INFINITY, f64::NAN];
        let values: Vec<f64> = (0..50).map(|i| few[i * 7 % 9]).collect();
        for right in [false, true] {
            let mut out = vec![0; values.len()];
            search(&x, &values, right, &mut out);
            for (&v, &at) in values.iter().zip(&out) {
                assert_eq!(at as usize, place(&x, v, right), "{v} {right}");
            }
        }
    }

    fn edges() -> Vec<Vec<f64>> {
        vec![
            (0..=100).map(|i| i as f64 / 100.0).collect(),
            (0..=7).map(|i| -1.0 + f64::from(i) * 0.3).collect(),
            (0..=7).map(|i| f64::from(i) + f64::from(i % 2) * 0.24).collect(),
            (0..=7).map(|i| f64::from(i) + f64::from(i % 2) * 0.9).collect(),
            vec![0.0, 1.0],
            vec![2.5],
            vec![0.0, 0.0, 1.0, 2.0],
            vec![0.0, 1.0, 1.0],
            vec![0.0, 1.0, f64::NAN],
        ]
    }

    fn values(edges: &[f64]) -> Vec<f64> {
        let mut x = 12345u64;
        let all = (0..3000).map(|_| {
            x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            ((x >> 40) as f64 - 8e6) / 8e5
        });
        let special =
            [0.0, -0.0, 1.0, f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1e300];
        all.chain(special).chain(edges.iter().copied()).collect()
    }

    #[test]
    fn even_arrays_are_searched_as_others() {
        for edges in edges() {
            for right in [false, true] {
                let values = values(&edges);
                let mut out = vec![0; values.len()];
                search(&edges, &values, right, &mut out);
                for (v, &at) in values.iter().zip(&out) {
                    let mut one = [0];
                    search(&edges, &[*v], right, &mut one);
                    assert_eq!(at, one[0], "{v} in {edges:?}");
                }
            }
        }
        let whole: Vec<i32> = (-50..50).map(|i| i * 3).collect();
        let values: Vec<i32> = (-400..400).chain([i32::MIN, i32::MAX]).collect();
        let mut out = vec![0; values.len()];
        search(&whole, &values, true, &mut out);
        for (v, &at) in values.iter().zip(&out) {
            assert_eq!(at, whole.partition_point(|w| w <= v) as i64);
        }
    }

    #[test]
    fn values_are_counted_between_edges() {
        for edges in edges().into_iter().filter(|e| !e[e.len() - 1].is_nan()) {
            let values = values(&edges);
            let mut out = vec![-1; edges.len() - 1];
            count(&edges, &values, &mut out, &mut vec![7; counters(edges.len())]);
            let inside = |i: usize, v: f64| match i + 2 == edges.len() {
                true => edges[i] <= v && v <= edges[i + 1],
                false => edges[i] <= v && v < edges[i + 1],
            };
            for (i, n) in out.iter().enumerate() {
                let wanted = values.iter().filter(|&&v| inside(i, v)).count();
                assert_eq!(*n, wanted as i64, "bin {i} of {edges:?}");
            }
        }
    }
}
