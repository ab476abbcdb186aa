//! Merging of sorted sequences.
#![allow(unsafe_code)]

/// Parts of the result that are made side by side: the elements of one wait for each other.
const PARTS: usize = 4;

/// Steps from which parts are made side by side.
const STEPS: usize = 8;

/// How many of the first `k` merged elements come from `a`; of equal ones those come first.
pub fn corank<K: Ord>(a: &[K], b: &[K], k: usize) -> usize {
    let (mut low, mut high) = (k.saturating_sub(b.len()), k.min(a.len()));
    while low < high {
        let x = low + (high - low) / 2;
        // Too few of `a` when its next element belongs before the last one taken from `b`.
        if a[x] <= b[k - x - 1] {
            low = x + 1;
        } else {
            high = x;
        }
    }
    low
}

/// Merges two sorted sequences into `out`, which has the length of both: for each of its elements
/// `put` is told its place, whether it comes from `a`, and its place there or in `b`.
#[inline(always)]
fn merged<K: Ord + Copy>(
    a: &[K],
    b: &[K],
    mut put: impl FnMut(usize, bool, usize),
    mut copy: impl FnMut(usize, bool, usize, usize),
) {
    let n = a.len() + b.len();
    let bounds: [usize; PARTS + 1] = std::array::from_fn(|p| n * p / PARTS);
    let splits = bounds.map(|k| corank(a, b, k));
    let mut at: [usize; PARTS] = std::array::from_fn(|p| bounds[p]);
    let mut i: [usize; PARTS] = std::array::from_fn(|p| splits[p]);
    let mut j: [usize; PARTS] = std::array::from_fn(|p| bounds[p] - splits[p]);
    let end_i: [usize; PARTS] = std::array::from_fn(|p| splits[p + 1]);
    let end_j: [usize; PARTS] = std::array::from_fn(|p| bounds[p + 1] - splits[p + 1]);
    loop {
        let steps = (0..PARTS).map(|p| (end_i[p] - i[p]).min(end_j[p] - j[p])).min().unwrap_or(0);
        if steps < STEPS {
            break;
        }
        for _ in 0..steps {
            for p in 0..PARTS {
                // SAFETY: a step takes one element from one of the two, and both have as many.
                let first = unsafe { a.get_unchecked(i[p]) <= b.get_unchecked(j[p]) };
                put(at[p], first, if first { i[p] } else { j[p] });
                at[p] += 1;
                i[p] += usize::from(first);
                j[p] += usize::from(!first);
            }
        }
    }
    for p in 0..PARTS {
        while i[p] < end_i[p] && j[p] < end_j[p] {
            let first = a[i[p]] <= b[j[p]];
            put(at[p], first, if first { i[p] } else { j[p] });
            at[p] += 1;
            i[p] += usize::from(first);
            j[p] += usize::from(!first);
        }
        let (from_a, from_b) = (end_i[p] - i[p], end_j[p] - j[p]);
        copy(at[p], true, i[p], from_a);
        copy(at[p] + from_a, false, j[p], from_b);
    }
}

/// Merges two sorted sequences of keys into `out`, which has the length of both.
pub fn merge<K: Ord + Copy>(a: &[K], b: &[K], out: &mut [K]) {
    assert_eq!(a.len() + b.len(), out.len());
    let to = out.as_mut_ptr();
    let source = |first| if first { a.as_ptr() } else { b.as_ptr() };
    // SAFETY: places are within their sequences.
    let put = |at, first, i| unsafe { *to.add(at) = *source(first).add(i) };
    // SAFETY: as before.
    let copy = |at, first, i, n| unsafe { to.add(at).copy_from(source(first).add(i), n) };
    merged(a, b, put, copy);
}

/// Merges pairs that are sorted by their keys, of equal keys those of `a` first.
pub fn merge_pairs<K: Ord + Copy, V: Copy>(
    a: (&[K], &[V]),
    b: (&[K], &[V]),
    out: (&mut [K], &mut [V]),
) {
    let n = a.0.len() + b.0.len();
    assert!(a.0.len() == a.1.len() && b.0.len() == b.1.len());
    assert!(out.0.len() == n && out.1.len() == n);
    let (keys, values) = (out.0.as_mut_ptr(), out.1.as_mut_ptr());
    let source = |first| match first {
        true => (a.0.as_ptr(), a.1.as_ptr()),
        false => (b.0.as_ptr(), b.1.as_ptr()),
    };
    let put = |at, first, i| {
        let (k, v) = source(first);
        // SAFETY: places are within their sequences.
        unsafe {
            *keys.add(at) = *k.add(i);
            *values.add(at) = *v.add(i);
        }
    };
    let copy = |at, first, i, n| {
        let (k, v) = source(first);
        // SAFETY: as before.
        unsafe {
            keys.add(at).copy_from(k.add(i), n);
            values.add(at).copy_from(v.add(i), n);
        }
    };
    merged(a.0, b.0, put, copy);
}
