//! Every way of sorting against the standard library's.

use crate::quick::between_plain;
use crate::{Counts, Key, Ranked, Wanted, first_best, merge, merge_pairs, sort_pairs};

/// Sequences of several kinds: random, with few values, rising, falling, like organ pipes.
fn sequences(n: usize) -> Vec<Vec<u64>> {
    let mut x = 12345u64 + n as u64;
    let mut random = || {
        x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        x ^ x >> 29
    };
    let kinds: [&mut dyn FnMut(usize) -> u64; 8] = [
        &mut |_| random(),
        &mut |i| (i as u64 * 7919) % 5,
        &mut |i| if i % 3 == 0 { u64::MAX } else { (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) },
        &mut |i| i as u64,
        &mut |i| (n - i) as u64 / 2,
        &mut |i| i.min(n - i) as u64,
        &mut |_| 7,
        &mut |i| if i == n / 2 { 0 } else { u64::MAX - 1 },
    ];
    kinds.into_iter().map(|kind| (0..n).map(kind).collect()).collect()
}

const SIZES: [usize; 24] = [
    0, 1, 2, 3, 7, 8, 9, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 1000, 4095, 4097,
    20_011, 100_003,
];

/// Places of a sequence, some and many.
fn ranks(n: usize) -> Vec<Vec<usize>> {
    let one = |rank: usize| if rank < n { vec![rank] } else { vec![] };
    let ends = [one(0), one(n.saturating_sub(1))].concat();
    vec![one(0), one(n / 2), one(n / 3), ends, (0..n).step_by(n / 20 + 1).collect()]
}

fn sorts<K: Key + std::fmt::Debug>(of: impl Fn(u64) -> K) {
    for n in SIZES {
        for (kind, x) in sequences(n).into_iter().enumerate() {
            let mut keys: Vec<K> = x.into_iter().map(&of).collect();
            let mut expected = keys.clone();
            expected.sort_unstable();
            let mut spare = keys.clone();
            for first in [0, n.min(1), n / 3, n - n / 9] {
                let mut some = keys.clone();
                K::sort(&mut some, &mut spare, Wanted::First(first));
                assert!(some[..first] == expected[..first], "{first} of {n} keys of kind {kind}");
            }
            for ranks in ranks(n) {
                let mut some = keys.clone();
                K::sort(&mut some, &mut spare, Wanted::At(&ranks));
                let same = ranks.iter().all(|&rank| some[rank] == expected[rank]);
                assert!(same, "{ranks:?} of {n} keys of kind {kind}");
            }
            K::sort(&mut keys, &mut spare, Wanted::First(n));
            assert!(keys == expected, "{n} keys of kind {kind}");
        }
    }
}

#[test]
fn keys_of_all_widths() {
    sorts(|x| x as u8);
    sorts(|x| x as u16);
    sorts(|x| (x >> 16) as u32);
    sorts(|x| x as u32);
    sorts(|x| x);
}

/// The permutation that sorts keys, and the keys.
type Sorted = (Vec<u64>, Vec<u64>);

fn stable(keys: &[u64]) -> Sorted {
    let mut at: Vec<u64> = (0..keys.len() as u64).collect();
    at.sort_by_key(|&i| keys[i as usize]);
    (at.iter().map(|&i| keys[i as usize]).collect(), at)
}

#[test]
fn pairs_are_sorted_stably() {
    for n in SIZES {
        for (kind, mut keys) in sequences(n).into_iter().enumerate() {
            let expected = stable(&keys);
            let mut values: Vec<u64> = (0..n as u64).collect();
            let (mut a, mut b) = (keys.clone(), keys.clone());
            for first in [0, n.min(1), n / 3] {
                let (mut keys, mut values) = (keys.clone(), values.clone());
                sort_pairs(&mut keys, &mut values, &mut a, &mut b, first);
                let same =
                    keys[..first] == expected.0[..first] && values[..first] == expected.1[..first];
                assert!(same, "{first} of {n} pairs of kind {kind}");
            }
            sort_pairs(&mut keys, &mut values, &mut a, &mut b, n);
            assert!((keys, values) == expected, "{n} pairs of kind {kind}");
        }
    }
}

#[test]
#[allow(unsafe_code)]
fn pairs_without_vectors() {
    for n in SIZES {
        for (kind, mut keys) in sequences(n).into_iter().enumerate() {
            let expected = stable(&keys);
            let mut values: Vec<u64> = (0..n as u64).collect();
            let (mut a, mut b) = (keys.clone(), keys.clone());
            let main = (keys.as_mut_ptr(), values.as_mut_ptr());
            let spare = (a.as_mut_ptr(), b.as_mut_ptr());
            // SAFETY: four vectors of `n` elements.
            unsafe { crate::quick::sort::<crate::plain::Pairs>(main, spare, n, Wanted::First(n)) };
            assert!((keys, values) == expected, "{n} pairs of kind {kind}");
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[test]
#[allow(unsafe_code)]
fn every_set_of_instructions() {
    use crate::dispatch::{Instructions, between_u32, between_u64, sort_pairs, sort_u32, sort_u64};
    for with in [Instructions::Avx2, Instructions::Avx512] {
        for n in SIZES {
            let all = Wanted::First(n);
            for x in sequences(n) {
                let (expected, order) = stable(&x);
                let (mut keys, mut spare) = (x.clone(), x.clone());
                let vectors = sort_u64(&mut keys, &mut spare, all, with);
                assert!(!vectors || keys == expected, "{n}");
                let mut keys: Vec<u32> = x.iter().map(|&x| x as u32).collect();
                let mut narrow = keys.clone();
                narrow.sort_unstable();
                let mut spare = keys.clone();
                let vectors = sort_u32(&mut keys, &mut spare, all, with);
                assert!(!vectors || keys == narrow, "{n}");
                let (mut keys, mut values) = (x.clone(), (0..n as u64).collect::<Vec<_>>());
                let (mut a, mut b) = (x.clone(), x.clone());
                let main = (keys.as_mut_ptr(), values.as_mut_ptr());
                // SAFETY: four vectors of `n` elements.
                let vectors =
                    unsafe { sort_pairs(main, (a.as_mut_ptr(), b.as_mut_ptr()), n, all, with) };
                assert!(!vectors || (keys, values) == (expected, order), "{n}");
                let narrow: Vec<u32> = x.iter().map(|&x| x as u32).collect();
                selects(&x, |low, high, out| between_u64(&x, (low, high), out, with));
                selects(&narrow, |low, high, out| between_u32(&narrow, (low, high), out, with));
            }
        }
    }
}

/// What lies between some of the keys, by a function and by definition.
fn selects<K: Key + std::fmt::Debug>(
    keys: &[K],
    between: impl Fn(K, K, &mut [K]) -> Option<Counts>,
) {
    let n = keys.len();
    for (a, b) in [(0, n / 2), (n / 3, n / 3), (n / 7, n - n / 9)] {
        let (Some(&a), Some(&b)) = (keys.get(a), keys.get(b)) else { continue };
        let (low, high) = (a.min(b), a.max(b));
        let mut out = keys.to_vec();
        let Some(counts) = between(low, high, &mut out) else { continue };
        let inside: Vec<K> = keys.iter().copied().filter(|&k| low < k && k < high).collect();
        assert_eq!(out[..counts.between], inside);
        let count = |is: &dyn Fn(K) -> bool| keys.iter().filter(|&&k| is(k)).count();
        let high = if low < high { count(&|k| k == high) } else { 0 };
        let below = count(&|k| k < low);
        let expected = Counts { below, low: count(&|k| k == low), between: inside.len(), high };
        assert_eq!(counts, expected);
    }
}

#[test]
fn keys_between_two() {
    for n in SIZES {
        for x in sequences(n) {
            selects(&x, |low, high, out| Some(between_plain(&x, low, high, out)));
            selects(&x, |low, high, out| Some(Key::between(&x, low, high, out)));
        }
    }
}

/// The first best of numbers, by definition and for every set of instructions that is at hand.
fn finds_best<T: Ranked + PartialOrd + std::fmt::Debug>(line: &[T]) {
    let nan = line.iter().position(|x| x.is_last());
    let best = |beats: &dyn Fn(T, T) -> bool| {
        let found = (0..line.len()).reduce(|at, i| if beats(line[i], line[at]) { i } else { at });
        nan.or(found).unwrap_or(0)
    };
    assert_eq!(first_best::<T, false>(line), best(&|a, b| a > b), "{line:?}");
    assert_eq!(first_best::<T, true>(line), best(&|a, b| a < b), "{line:?}");
}

#[test]
fn the_first_best() {
    for n in SIZES {
        for x in sequences(n) {
            finds_best(&x);
            finds_best(&x.iter().map(|&x| x as i8).collect::<Vec<_>>());
            let mut floats: Vec<f64> = x.iter().map(|&x| x as i64 as f64).collect();
            finds_best(&floats);
            if n > 0 {
                floats[n / 3] = f64::NAN;
                finds_best(&floats);
                floats[n / 2] = f64::NEG_INFINITY;
                finds_best(&floats);
                finds_best(&vec![-0.0f32; n]);
            }
        }
    }
}

#[test]
fn merged_sequences() {
    for n in SIZES {
        for mut x in sequences(n) {
            for m in [0, n / 7, n / 2, n - n / 5, n] {
                x[..m].sort_unstable();
                x[m..].sort_unstable();
                let (expected, order) = stable(&x);
                let mut out = vec![0; n];
                merge(&x[..m], &x[m..], &mut out);
                assert!(out == expected, "{m} of {n}");
                let values: Vec<u64> = (0..n as u64).collect();
                let (a, b) = (x.split_at(m), values.split_at(m));
                let mut of = vec![0; n];
                merge_pairs((a.0, b.0), (a.1, b.1), (&mut out, &mut of));
                assert!(out == expected && of == order, "{m} of {n}");
            }
        }
    }
}
