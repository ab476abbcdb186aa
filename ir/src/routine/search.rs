//! Searching in sorted arrays, and counting how many values lie between their elements.

use super::keys::Keyed;
use std::hint::select_unpredictable;

/// Elements of a sorted array up to which it is looked at before many are searched in it.
const FEW: usize = 8192;

/// Adding it to a float64 from 0 to below 2^32 rounds that to a whole number, which is then in the
/// low bits.
const WHOLE: f64 = (1u64 << 52) as f64;

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
    let (several, rest) = values.as_chunks::<ABREAST>();
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
/// memory so do the others, and none guesses which way it will go.
#[inline(always)]
fn abreast<T: Keyed, const N: usize>(sorted: &[T], values: &[T; N], right: bool) -> [usize; N] {
    // NaN, which comes last, is before no number.
    let before = |s: T, v: T| if right { s <= v } else { s < v };
    let mut at = [0; N];
    let mut left = sorted.len();
    while left > 1 {
        let half = left / 2;
        let ahead = &sorted[half - 1..];
        for j in 0..N {
            at[j] += select_unpredictable(before(ahead[at[j]], values[j]), half, 0);
        }
        left -= half;
    }
    for j in 0..N {
        at[j] += usize::from(sorted.get(at[j]).is_some_and(|&s| before(s, values[j])));
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

/// The key of the first of edges between which there are no other numbers, such as 3, 4 and 5 among
/// integers.
fn consecutive<T: Keyed>(edges: &[T]) -> Option<u64> {
    let mut keys = edges.iter().map(|edge| edge.loose().into());
    let first: u64 = keys.next()?;
    keys.zip(1..).all(|(key, i)| key.wrapping_sub(first) == i).then_some(first)
}

/// How many values lie between neighbouring edges: from one to below the next, the last with its
/// right edge. Values outside, and NaN, are not counted.
pub(super) fn count<T: Keyed>(edges: &[T], values: &[T], out: &mut [i64], counters: &mut [u32]) {
    let Some(&last) = edges.last() else { return };
    counters.fill(0);
    if let Some(first) = consecutive(edges) {
        return count_equal(first, values, out, counters);
    }
    let mut turn = 0;
    places(edges, values, true, |v, at| {
        // What equals the last edge belongs before it.
        let at = at.saturating_sub(usize::from(v == last));
        counters[at * SIDE_BY_SIDE + turn] += 1;
        turn = (turn + 1) % SIDE_BY_SIDE;
    });
    let (of_bins, _) = counters.as_chunks();
    out.iter_mut().zip(&of_bins[1..]).for_each(|(o, of_bin)| *o = total(of_bin));
}

/// What the tables side by side counted in a bin.
fn total(of_bin: &[u32; SIDE_BY_SIDE]) -> i64 {
    of_bin.iter().map(|&n| i64::from(n)).sum()
}

/// The same for [`consecutive`] edges, the first of which has the key `first`: the key of a value says
/// where it is counted.
fn count_equal<T: Keyed>(first: u64, values: &[T], out: &mut [i64], counters: &mut [u32]) {
    let (counters, _) = counters.as_chunks_mut::<SIDE_BY_SIDE>();
    // One counter per edge, and one for what lies outside.
    let outside = counters.len() - 1;
    let place = |v: T| v.loose().into().wrapping_sub(first).min(outside as u64) as usize;
    let (several, rest) = values.as_chunks::<SIDE_BY_SIDE>();
    for values in several {
        for (turn, &v) in values.iter().enumerate() {
            counters[place(v)][turn] += 1;
        }
    }
    rest.iter().for_each(|&v| counters[place(v)][0] += 1);
    out.iter_mut().zip(counters.iter()).for_each(|(o, of_bin)| *o = total(of_bin));
    if let Some(last) = out.last_mut() {
        *last += total(&counters[outside - 1]);
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
        for n in (0..20).chain([1000, (1usize << 16) + 77]) {
            let mut x: Vec<f64> = (0..n).map(|i| (i / 3) as f64 - 5.0).collect();
            x.iter_mut().skip(15).take(1).for_each(|zero| *zero = -0.0);
            let nan = n.saturating_sub(5).max(n / 2);
            x[nan..].fill(f64::NAN);
            let few =
                [f64::NEG_INFINITY, -5.0, -0.0, 0.0, 17.5, 18.0, 1e9, f64::INFINITY, f64::NAN];
            let values: Vec<f64> = (0..50).map(|i| few[i * 7 % 9]).collect();
            for right in [false, true] {
                let mut out = vec![0; values.len()];
                search(&x, &values, right, &mut out);
                for (&v, &at) in values.iter().zip(&out) {
                    assert_eq!(at as usize, place(&x, v, right), "{v} among {n}, {right}");
                }
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
        let near = vec![1.0, 1.0f64.next_up(), 1.0f64.next_up().next_up()];
        for edges in edges().into_iter().filter(|e| !e[e.len() - 1].is_nan()).chain([near]) {
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

    #[test]
    fn whole_numbers_are_counted_where_they_say() {
        let values: Vec<i8> = (0..1000).map(|i| (i * 7 % 256 - 128) as i8).collect();
        for (low, high) in [(-128i8, 127i8), (0, 9), (-3, -2), (5, 5)] {
            let edges: Vec<i8> = (low..=high).collect();
            let mut out = vec![-1; edges.len() - 1];
            count(&edges, &values, &mut out, &mut vec![7; counters(edges.len())]);
            let mut wanted = vec![0; edges.len() - 1];
            for &v in values.iter().filter(|v| edges.len() > 1 && edges.contains(v)) {
                let bin = (i16::from(v) - i16::from(low)) as usize;
                wanted[bin.min(edges.len() - 2)] += 1;
            }
            assert_eq!(out, wanted, "{low} to {high}");
        }
    }
}
