//! Elements at ranks of the sorted line, and lines parted by such elements, without sorting.
//!
//! Of a long line some elements are sorted, and two of them found between which the rank lies but for
//! bad luck: one pass counts what is below and beyond them and brings together the few between,
//! among which the rank is searched (Floyd and Rivest 1975). Whatever the sample, the result is that
//! of sorting.

use super::keys::Keyed;
use super::order::{ALONE, lock, sort_keys};
use super::{Workers, in_pieces};
use arr_sorting::{Counts, Key, Wanted};
use bytemuck::Zeroable;
use std::sync::Mutex;

/// Elements of a sample.
const SAMPLE: usize = 4096;

/// How far from a rank's place in the sample the two elements about it are: four standard deviations.
const MARGIN: usize = 128;

/// Pairs of elements about ranks up to which a line is looked at for them.
const PAIRS: usize = 6;

/// Elements whose keys are made at once: they stay in the cache.
const TOGETHER: usize = 1024;

/// Elements of a piece that one worker looks at.
const PIECE: usize = 1 << 15;

/// Pieces of a line that is parted.
const PARTED: usize = 16;

/// Pivots up to which a line is parted in pieces.
const SIDE_BY_SIDE: usize = 32;

/// Words of working memory of [`part`] for so many pivots: their keys, and how many elements of each
/// class are in each piece.
pub(super) fn words(pivots: usize) -> usize {
    pivots + (2 * pivots + 1) * if pivots <= SIDE_BY_SIDE { PARTED } else { 1 }
}

/// The elements of `x` that sorting puts at `ranks`; `scratch` has twice its length.
pub(super) fn select<T: Keyed>(
    x: &[T],
    ranks: &[usize],
    out: &mut [T],
    scratch: &mut [T::Key],
    workers: &dyn Workers,
) {
    if ranks.is_empty() {
        return;
    }
    let mut rising: Vec<usize> = ranks.to_vec();
    rising.sort_unstable();
    rising.dedup();
    let (keys, spare) = scratch.split_at_mut(x.len());
    let found = match x.len() > ALONE {
        true => narrowed(x, &rising, keys, spare, workers),
        false => None,
    };
    let found = found.unwrap_or_else(|| {
        if x.len() > ALONE && (workers.count() > 1 || rising.len() > PAIRS) {
            sort_keys(keys, spare, workers, |start, to| loose(&x[start..], to), |_| {});
        } else {
            loose(x, keys);
            T::Key::sort(keys, spare, Wanted::At(&rising));
        }
        rising.iter().map(|&rank| keys[rank]).collect()
    });
    let number = |&key: &T::Key, rank| match T::of_key(key) {
        v if T::TWO_ZEROS && v.near() == 0.0 => zero_at(x, rank),
        v => v,
    };
    let found: Vec<T> = found.iter().zip(&rising).map(|(key, &rank)| number(key, rank)).collect();
    for (o, rank) in out.iter_mut().zip(ranks) {
        *o = found[rising.partition_point(|r| r < rank)];
    }
}

/// Keys of as many elements as there is room for.
fn loose<T: Keyed>(x: &[T], to: &mut [T::Key]) {
    to.iter_mut().zip(x).for_each(|(key, v)| *key = v.loose());
}

/// The zero at a rank: zeros keep their order.
fn zero_at<T: Keyed>(x: &[T], rank: usize) -> T {
    let below = x.iter().filter(|v| v.near() < 0.0).count();
    let mut zeros = x.iter().filter(|v| v.near() == 0.0);
    zeros.nth(rank - below).copied().unwrap_or(x[0])
}

/// Two keys, and the wanted ranks, which likely lie between them.
struct Pair<K> {
    low: K,
    high: K,
    ranks: Vec<usize>,
}

/// Pairs of elements of a sample about some ranks of a line: as few as are apart.
fn pairs<T: Keyed>(
    x: &[T],
    ranks: &[usize],
    keys: &mut [T::Key],
    spare: &mut [T::Key],
) -> Vec<Pair<T::Key>> {
    let sample = &mut keys[..SAMPLE];
    let stride = x.len() / SAMPLE;
    let mut seed = x.len() as u64;
    for (i, key) in sample.iter_mut().enumerate() {
        // Knuth's linear congruential generator.
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let within = (u128::from(seed) * stride as u128) >> u64::BITS;
        *key = x[i * stride + within as usize].loose();
    }
    T::Key::sort(sample, &mut spare[..SAMPLE], Wanted::First(SAMPLE));
    let place = |rank: usize| (rank as u128 * SAMPLE as u128 / x.len() as u128) as usize;
    let mut pairs: Vec<(usize, usize, Vec<usize>)> = vec![];
    for &rank in ranks {
        let (low, high) = (place(rank).saturating_sub(MARGIN), place(rank) + MARGIN);
        match pairs.last_mut() {
            Some((_, end, ranks)) if low <= *end => {
                *end = high;
                ranks.push(rank);
            }
            _ => pairs.push((low, high, vec![rank])),
        }
    }
    let least = T::Key::zeroed();
    pairs
        .into_iter()
        .map(|(low, high, ranks)| Pair {
            low: if low == 0 { least } else { sample[low] },
            high: sample.get(high).copied().unwrap_or(!least),
            ranks,
        })
        .collect()
}

/// What a worker found in a piece about each pair; none where there was no room.
type Found = Option<Vec<Counts>>;

/// The keys at rising ranks: none where the sample misled.
fn narrowed<T: Keyed>(
    x: &[T],
    ranks: &[usize],
    keys: &mut [T::Key],
    spare: &mut [T::Key],
    workers: &dyn Workers,
) -> Option<Vec<T::Key>> {
    let pairs = pairs(x, ranks, keys, spare);
    if pairs.len() > PAIRS {
        return None;
    }
    let found: Vec<Mutex<Found>> = (0..x.len().div_ceil(PIECE)).map(|_| Mutex::new(None)).collect();
    in_pieces(keys, PIECE, workers, |i, room| {
        *lock(&found[i]) = about(&x[i * PIECE..][..room.len()], &pairs, room);
    });
    let found: Option<Vec<Vec<Counts>>> = found.iter().map(|f| lock(f).take()).collect();
    let found = found?;
    let mut result = vec![];
    for (p, pair) in pairs.iter().enumerate() {
        let mut all = Counts::default();
        for (i, counts) in found.iter().enumerate() {
            let from = i * PIECE + p * share(PIECE.min(x.len() - i * PIECE), pairs.len());
            let len = counts[p].between;
            spare[all.between..][..len].copy_from_slice(&keys[from..from + len]);
            all.below += counts[p].below;
            all.low += counts[p].low;
            all.between += len;
            all.high += counts[p].high;
        }
        result.extend(among(pair, all, spare)?);
    }
    Some(result)
}

/// The keys at a pair's ranks, where so many lie about it, of which those between are at hand.
fn among<K: Key>(pair: &Pair<K>, counts: Counts, keys: &mut [K]) -> Option<Vec<K>> {
    if 2 * counts.between > keys.len() {
        return None;
    }
    let (keys, spare) = keys.split_at_mut(counts.between);
    let first = counts.below + counts.low;
    let inside = first..first + counts.between;
    let ranks: Vec<usize> =
        pair.ranks.iter().filter(|r| inside.contains(r)).map(|r| r - first).collect();
    K::sort(keys, &mut spare[..counts.between], Wanted::At(&ranks));
    let key = |&rank: &usize| match rank {
        _ if inside.contains(&rank) => Some(keys[rank - first]),
        _ if (counts.below..first).contains(&rank) => Some(pair.low),
        _ if (inside.end..inside.end + counts.high).contains(&rank) => Some(pair.high),
        _ => None,
    };
    pair.ranks.iter().map(key).collect()
}

/// The part of a piece's room that one of some pairs has.
fn share(room: usize, pairs: usize) -> usize {
    room / pairs
}

/// What of a piece lies about each pair; the keys between are written to the pair's part of the room.
fn about<T: Keyed>(x: &[T], pairs: &[Pair<T::Key>], room: &mut [T::Key]) -> Found {
    let mut keys = [T::Key::zeroed(); TOGETHER];
    let mut counts = vec![Counts::default(); pairs.len()];
    let size = share(room.len(), pairs.len());
    for some in x.chunks(TOGETHER) {
        let keys = &mut keys[..some.len()];
        loose(some, keys);
        for (p, pair) in pairs.iter().enumerate() {
            let sum = &mut counts[p];
            let room = &mut room[p * size..][sum.between..size];
            if room.len() < keys.len() {
                return None;
            }
            let part = T::Key::between(keys, pair.low, pair.high, room);
            sum.below += part.below;
            sum.low += part.low;
            sum.between += part.between;
            sum.high += part.high;
        }
    }
    Some(counts)
}

/// The class of a key among pivots: how many are below it, and how many are not above it.
fn class<K: Ord>(key: &K, pivots: &[K]) -> usize {
    pivots.partition_point(|p| p < key) + pivots.partition_point(|p| p <= key)
}

/// Calls `each` with the place in `x` and the class of its elements, in order.
#[inline(always)]
fn classes<T: Keyed>(x: &[T], pivots: &[T::Key], mut each: impl FnMut(usize, usize)) {
    let mut keys = [T::Key::zeroed(); TOGETHER];
    for (start, some) in (0..).step_by(TOGETHER).zip(x.chunks(TOGETHER)) {
        let keys = &mut keys[..some.len()];
        loose(some, keys);
        match *pivots {
            [p] => {
                let class = |&key: &T::Key| usize::from(key > p) + usize::from(key >= p);
                (start..).zip(&*keys).for_each(|(i, key)| each(i, class(key)));
            }
            _ => (start..).zip(&*keys).for_each(|(i, key)| each(i, class(key, pivots))),
        }
    }
}

/// Adds up how many elements of `x` are in each class.
fn count<T: Keyed>(x: &[T], pivots: &[T::Key], counts: &mut [u64]) {
    let [pivot] = *pivots else {
        return classes(x, pivots, |_, class| counts[class] += 1);
    };
    let (mut keys, mut lost) = ([T::Key::zeroed(); TOGETHER], [T::Key::zeroed(); TOGETHER]);
    for some in x.chunks(TOGETHER) {
        let keys = &mut keys[..some.len()];
        loose(some, keys);
        let Counts { below, low, .. } = T::Key::between(keys, pivot, pivot, &mut lost);
        counts[0] += below as u64;
        counts[1] += low as u64;
        counts[2] += (some.len() - below - low) as u64;
    }
}

/// Writes the elements of `x`, as `of` makes them of their places, in the order of their classes
/// among pivots, those of a class in their order; `scratch` has [`words`].
pub(super) fn part<T: Keyed, O: bytemuck::Pod + Send + Sync>(
    x: &[T],
    pivots: &[T],
    of: impl Fn(usize) -> O + Sync,
    out: &mut [O],
    scratch: &mut [u64],
    workers: &dyn Workers,
) {
    let (keys, counts) = scratch.split_at_mut(pivots.len());
    let keys: &mut [T::Key] = &mut bytemuck::cast_slice_mut(keys)[..pivots.len()];
    loose(pivots, keys);
    keys.sort_unstable();
    let keys = &*keys;
    let number = 2 * keys.len() + 1;
    let pieces = if keys.len() <= SIDE_BY_SIDE { PARTED.min(x.len().div_ceil(PIECE)) } else { 1 };
    let size = x.len().div_ceil(pieces.max(1)).max(1);
    let pieces = x.len().div_ceil(size);
    let counts = &mut counts[..number * pieces];
    in_pieces(counts, number, workers, |i, counts| {
        counts.fill(0);
        count(&x[i * size..][..size.min(x.len() - i * size)], keys, counts);
    });
    // Where the elements of each class and piece begin.
    let mut sum = 0;
    for class in 0..number {
        for piece in 0..pieces {
            let count = &mut counts[piece * number + class];
            (*count, sum) = (sum, sum + *count);
        }
    }
    if pieces == 1 {
        return classes(x, keys, |i, class| {
            out[counts[class] as usize] = of(i);
            counts[class] += 1;
        });
    }
    let places = apart(out, counts, number);
    workers.each(pieces, &|i| {
        let x = &x[i * size..][..size.min(x.len() - i * size)];
        let mut places = lock(&places[i]);
        match (keys, &mut places[..]) {
            ([pivot], [below, equal, above]) => {
                three(x, *pivot, |at| of(i * size + at), [below, equal, above]);
            }
            _ => {
                let mut next = vec![0; number];
                classes(x, keys, |at, class| {
                    places[class][next[class]] = of(i * size + at);
                    next[class] += 1;
                });
            }
        }
    });
}

/// What belongs to each piece of a result, by classes, of which each begins where `starts` says.
fn apart<'a, O>(out: &'a mut [O], starts: &[u64], number: usize) -> Vec<Mutex<Vec<&'a mut [O]>>> {
    let pieces = starts.len() / number;
    let mut places: Vec<Vec<&mut [O]>> = (0..pieces).map(|_| Vec::with_capacity(number)).collect();
    let (mut rest, mut begun, all) = (out, 0, starts.len());
    // By classes, and in each by pieces.
    let order = |k: usize| (k % pieces) * number + k / pieces;
    for k in 0..all {
        let end = if k + 1 < all { starts[order(k + 1)] as usize } else { begun + rest.len() };
        let (these, more) = std::mem::take(&mut rest).split_at_mut(end - begun);
        places[k % pieces].push(these);
        (rest, begun) = (more, end);
    }
    places.into_iter().map(Mutex::new).collect()
}

/// Writes what is made of the elements below, at and above a pivot to three places.
fn three<T: Keyed, O: bytemuck::Pod>(
    x: &[T],
    pivot: T::Key,
    of: impl Fn(usize) -> O,
    places: [&mut [O]; 3],
) {
    let mut keys = [T::Key::zeroed(); TOGETHER];
    let mut staged = [[O::zeroed(); TOGETHER]; 3];
    let mut done = [0; 3];
    for (start, some) in (0..).step_by(TOGETHER).zip(x.chunks(TOGETHER)) {
        let keys = &mut keys[..some.len()];
        loose(some, keys);
        // Each one is written to all three, and stays in one.
        let mut n = [0; 3];
        for (i, &key) in keys.iter().enumerate() {
            let (below, above) = (usize::from(key < pivot), usize::from(key > pivot));
            for (staged, n) in staged.iter_mut().zip(n) {
                staged[n % TOGETHER] = of(start + i);
            }
            n[0] += below;
            n[1] += 1 - below - above;
            n[2] += above;
        }
        for k in 0..3 {
            places[k][done[k]..][..n[k]].copy_from_slice(&staged[k][..n[k]]);
            done[k] += n[k];
        }
    }
}
