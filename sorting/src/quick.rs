//! Quicksort from one buffer to another.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
use crate::dispatch;
use crate::network::{self, Lanes, Rows};
use std::mem::MaybeUninit;

/// A vector of elements: of keys, or of keys and their values.
///
/// # Safety
/// `load`, `store` and `copy` touch the memory from their pointers on and no other; the other
/// methods are called on processors with the vector's instructions only, which holds where a
/// vector exists.
pub unsafe trait Vector: Lanes {
    /// A key.
    type Key: Copy + Ord;
    /// Where an element is.
    type At: Copy;
    /// Whether keys have values, of which the order matters where keys are equal: passes keep it, and
    /// it is put right after a network.
    const VALUES: bool;
    /// Rows of the largest network: what the registers hold.
    const ROWS: usize;

    /// The place in this many bytes of memory of an array of elements with room for a network.
    ///
    /// # Safety
    /// Within the memory.
    unsafe fn within(room: *mut Room) -> Self::At;
    /// `n` elements on.
    ///
    /// # Safety
    /// Within the array, or its end.
    unsafe fn on(at: Self::At, n: usize) -> Self::At;
    /// # Safety
    /// An element is there.
    unsafe fn key(at: Self::At) -> Self::Key;
    /// # Safety
    /// [`Lanes::LANES`] elements are there.
    unsafe fn load(at: Self::At) -> Self;
    /// # Safety
    /// There is room for [`Lanes::LANES`] elements.
    unsafe fn store(self, at: Self::At);
    /// Moves `n` elements.
    ///
    /// # Safety
    /// They are there, and there is room for them elsewhere.
    unsafe fn copy(from: Self::At, to: Self::At, n: usize);
    /// Writes `n` elements that belong after all others.
    ///
    /// # Safety
    /// There is room for them.
    unsafe fn fill(at: Self::At, n: usize);
    /// Puts the values of equal keys among `n` sorted elements in order.
    ///
    /// # Safety
    /// They are there.
    unsafe fn settle(at: Self::At, n: usize);
    /// Equal keys in all lanes.
    ///
    /// # Safety
    /// The processor has the instructions.
    unsafe fn splat(key: Self::Key) -> Self;
    /// A bit for each lane: whether its key is below the pivot.
    fn below(self, pivot: Self) -> u32;
    /// A bit for each lane: whether its key is at most the pivot.
    fn up_to(self, pivot: Self) -> u32;
    /// The lanes whose bit is set, in their order; the others are arbitrary.
    fn pack(self, mask: u32) -> Self;
    /// Moves `len` elements from `here` to `there`: those below the pivot (or with `EQUAL` at most
    /// the pivot) first; gives how many those are. What is `here` is lost.
    ///
    /// # Safety
    /// As many elements are there, and there is room for them, apart from each other.
    unsafe fn split<const EQUAL: bool>(
        here: Self::At,
        there: Self::At,
        len: usize,
        pivot: Self::Key,
    ) -> usize;
}

/// A vector of elements that may change their order where a pivot splits them.
///
/// # Safety
/// As of [`Vector`].
pub unsafe trait Apart: Vector {
    /// Writes the lanes whose bit is set from `left` on, and the `others` so that they end before
    /// `end`; the rest of [`Lanes::LANES`] elements from `left` on and before `end` is arbitrary.
    ///
    /// # Safety
    /// There is room for as many at both.
    unsafe fn apart(self, mask: u32, others: usize, left: Self::At, end: Self::At);
}

/// Memory for the elements of a network.
#[repr(C, align(64))]
pub struct Room([u64; ROOM]);

/// Eight bytes each in a [`Room`].
pub const ROOM: usize = 128;

/// What of a sorted sequence is wanted.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a> {
    /// So many elements from the beginning on.
    First(usize),
    /// The elements at these places, which rise.
    At(&'a [usize]),
}

impl Wanted<'_> {
    /// Whether any of `len` places from one on are wanted.
    #[inline(always)]
    fn any_of(self, start: usize, len: usize) -> bool {
        match self {
            Wanted::First(first) => start < first,
            Wanted::At(ranks) => {
                let next = ranks.partition_point(|&rank| rank < start);
                ranks.get(next).is_some_and(|&rank| rank < start + len)
            }
        }
    }
}

/// Elements from which the pivot is the median of many.
const MANY: usize = 4096;

/// Elements of a range that is not sorted yet.
#[derive(Clone, Copy)]
struct Part {
    start: usize,
    len: usize,
    /// Whether they are in the second buffer.
    aside: bool,
}

/// Sorts the `n` elements at `main` into the same place, by way of as many at `spare`, so far that
/// the wanted ones are in their places; the others are lost.
///
/// # Safety
/// `n` elements are at `main`, and there is room for as many at `spare`, apart from them; the
/// processor has the vector's instructions.
#[inline(always)]
pub unsafe fn sort<V: Vector>(main: V::At, spare: V::At, n: usize, wanted: Wanted<'_>)
where
    [V; 4]: Rows<V>,
    [V; 8]: Rows<V>,
    [V; 16]: Rows<V>,
{
    // The larger part waits: each one is less than half of the one before.
    let mut waiting = [Part { start: 0, len: 0, aside: false }; usize::BITS as usize];
    let mut top = 0;
    let mut part = Part { start: 0, len: n, aside: false };
    let mut seed = n as u64 | 1;
    // SAFETY: parts are within 0..n, in the buffer that they name; both have room for n.
    unsafe {
        loop {
            let (here, there) = match part.aside {
                false => (main, spare),
                true => (spare, main),
            };
            let (here, there) = (V::on(here, part.start), V::on(there, part.start));
            let needed = wanted.any_of(part.start, part.len);
            if part.len <= V::LANES * V::ROWS || !needed {
                if needed {
                    small::<V>(here, V::on(main, part.start), part.len);
                }
                if top == 0 {
                    return;
                }
                top -= 1;
                part = waiting[top];
                continue;
            }
            let pivot = match part.len < MANY {
                true => median::<V, 9>(here, part.len, &mut seed),
                false => median::<V, 65>(here, part.len, &mut seed),
            };
            let aside = !part.aside;
            let mut left = V::split::<false>(here, there, part.len, pivot);
            let mut right = Part { start: part.start + left, len: part.len - left, aside };
            if left == 0 {
                // The pivot is the least key: what equals it is sorted.
                let (here, there) = (there, here);
                left = V::split::<true>(here, there, part.len, pivot);
                if part.aside {
                    V::copy(there, here, left);
                }
                part = Part { start: part.start + left, len: part.len - left, aside: part.aside };
                continue;
            }
            part = Part { start: part.start, len: left, aside };
            if part.len > right.len {
                std::mem::swap(&mut part, &mut right);
            }
            waiting[top] = right;
            top += 1;
        }
    }
}

/// The median of the keys of some elements.
#[inline(always)]
unsafe fn median<V: Vector, const N: usize>(at: V::At, len: usize, seed: &mut u64) -> V::Key {
    // SAFETY: every place is below `len`.
    unsafe {
        let mut some = [V::key(at); N];
        for key in &mut some {
            // Knuth's linear congruential generator.
            *seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let place = (u128::from(*seed) * len as u128) >> u64::BITS;
            *key = V::key(V::on(at, place as usize));
        }
        *some.select_nth_unstable(N / 2).1
    }
}

/// Vectors that are read before the first of them is written.
const TOGETHER: usize = 4;

/// What becomes of the vectors of a split. (No closure: it would be compiled without the
/// instructions of the function around it, and each of them would be a call.)
trait Place<V: Vector> {
    /// # Safety
    /// There is room at the ends that were reached.
    unsafe fn place(&mut self, v: V);
}

/// Places the vectors among `len` elements of which `kept` more follow, in order; gives how many
/// elements those are.
///
/// # Safety
/// The elements are there; what is placed is written over those only that were placed.
#[inline(always)]
unsafe fn each_vector<V: Vector>(
    here: V::At,
    len: usize,
    kept: usize,
    to: &mut impl Place<V>,
) -> usize {
    let mut done = 0;
    // SAFETY: as the caller says.
    unsafe {
        while done + (TOGETHER + kept) * V::LANES <= len {
            let at = V::on(here, done);
            let vectors = load::<V, TOGETHER>(at);
            for v in vectors {
                to.place(v);
            }
            done += TOGETHER * V::LANES;
        }
        while done + (1 + kept) * V::LANES <= len {
            to.place(V::load(V::on(here, done)));
            done += V::LANES;
        }
    }
    done
}

/// `R` vectors one after the other.
///
/// # Safety
/// Their elements are there.
#[inline(always)]
unsafe fn load<V: Vector, const R: usize>(at: V::At) -> [V; R] {
    // SAFETY: as the caller says.
    unsafe {
        let mut vectors = [V::load(at); R];
        for (r, v) in vectors.iter_mut().enumerate().skip(1) {
            *v = V::load(V::on(at, r * V::LANES));
        }
        vectors
    }
}

#[inline(always)]
fn on_the_left<K: Ord, const EQUAL: bool>(key: K, pivot: K) -> bool {
    if EQUAL { key <= pivot } else { key < pivot }
}

#[inline(always)]
fn mask_of<V: Vector, const EQUAL: bool>(v: V, pivots: V) -> u32 {
    if EQUAL { v.up_to(pivots) } else { v.below(pivots) }
}

/// The ends of [`split_from_both_ends`].
struct BothEnds<V: Vector, const EQUAL: bool> {
    there: V::At,
    pivots: V,
    left: usize,
    end: usize,
}

impl<V: Apart, const EQUAL: bool> Place<V> for BothEnds<V, EQUAL> {
    #[inline(always)]
    unsafe fn place(&mut self, v: V) {
        let mask = mask_of::<V, EQUAL>(v, self.pivots);
        let n = mask.count_ones() as usize;
        // SAFETY: as the caller says.
        unsafe {
            let (left, end) = (V::on(self.there, self.left), V::on(self.there, self.end));
            v.apart(mask, V::LANES - n, left, end);
        }
        self.left += n;
        self.end -= V::LANES - n;
    }
}

/// [`Vector::split`] from both ends of the result.
///
/// # Safety
/// As there.
#[inline(always)]
pub unsafe fn split_from_both_ends<V: Apart, const EQUAL: bool>(
    here: V::At,
    there: V::At,
    len: usize,
    pivot: V::Key,
) -> usize {
    // SAFETY: what is read and written is below `len`: between `left` and `end` is as much room as
    // elements are left. While that is two vectors, a store at one end does not reach the elements
    // of the other.
    unsafe {
        let pivots = V::splat(pivot);
        let mut ends = BothEnds::<V, EQUAL> { there, pivots, left: 0, end: len };
        let done = each_vector(here, len, 1, &mut ends);
        let BothEnds { mut left, mut end, .. } = ends;
        for i in done..len {
            let at = V::on(here, i);
            if on_the_left::<_, EQUAL>(V::key(at), pivot) {
                V::copy(at, V::on(there, left), 1);
                left += 1;
            } else {
                end -= 1;
                V::copy(at, V::on(there, end), 1);
            }
        }
        left
    }
}

/// The ends of [`split_in_order`].
struct InOrder<V: Vector, const EQUAL: bool> {
    here: V::At,
    there: V::At,
    pivots: V,
    left: usize,
    right: usize,
}

impl<V: Vector, const EQUAL: bool> Place<V> for InOrder<V, EQUAL> {
    #[inline(always)]
    unsafe fn place(&mut self, v: V) {
        let mask = mask_of::<V, EQUAL>(v, self.pivots);
        // SAFETY: as the caller says.
        unsafe {
            v.pack(mask).store(V::on(self.there, self.left));
            v.pack(!mask).store(V::on(self.here, self.right));
        }
        let n = mask.count_ones() as usize;
        self.left += n;
        self.right += V::LANES - n;
    }
}

/// [`Vector::split`] that keeps the order of both kinds.
///
/// # Safety
/// As there.
#[inline(always)]
pub unsafe fn split_in_order<V: Vector, const EQUAL: bool>(
    here: V::At,
    there: V::At,
    len: usize,
    pivot: V::Key,
) -> usize {
    // SAFETY: what is written ends before what was read ends, in both buffers.
    unsafe {
        let pivots = V::splat(pivot);
        let mut ends = InOrder::<V, EQUAL> { here, there, pivots, left: 0, right: 0 };
        let done = each_vector(here, len, 0, &mut ends);
        let InOrder { mut left, mut right, .. } = ends;
        for i in done..len {
            let at = V::on(here, i);
            if on_the_left::<_, EQUAL>(V::key(at), pivot) {
                V::copy(at, V::on(there, left), 1);
                left += 1;
            } else {
                V::copy(at, V::on(here, right), 1);
                right += 1;
            }
        }
        V::copy(here, V::on(there, left), right);
        left
    }
}

/// What lies about two keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Keys below the lower one.
    pub below: usize,
    /// Keys equal to the lower one.
    pub low: usize,
    /// Keys between the two.
    pub between: usize,
    /// Keys equal to the upper one, if that is not the lower one.
    pub high: usize,
}

/// What [`between`] has written and counted.
struct Between<V: Vector> {
    out: V::At,
    low: V,
    high: V,
    below: usize,
    up_to_low: usize,
    up_to_high: usize,
    inside: usize,
}

impl<V: Vector> Place<V> for Between<V> {
    #[inline(always)]
    unsafe fn place(&mut self, v: V) {
        let (first, last) = (v.up_to(self.low), v.below(self.high));
        self.below += v.below(self.low).count_ones() as usize;
        self.up_to_low += first.count_ones() as usize;
        self.up_to_high += v.up_to(self.high).count_ones() as usize;
        let mask = last & !first;
        // SAFETY: as the caller says.
        unsafe { v.pack(mask).store(V::on(self.out, self.inside)) };
        self.inside += mask.count_ones() as usize;
    }
}

/// Writes those of `n` elements that lie between two keys, in order, and counts them and the others.
///
/// # Safety
/// `n` elements are at `here`, and there is room for as many at `out`, apart from them; the processor
/// has the vector's instructions.
#[inline(always)]
pub unsafe fn between<V: Vector>(
    here: V::At,
    n: usize,
    low: V::Key,
    high: V::Key,
    out: V::At,
) -> Counts {
    // SAFETY: fewer elements are written than were read, but for a vector, which was read.
    unsafe {
        let (lows, highs) = (V::splat(low), V::splat(high));
        let mut to = Between {
            out,
            low: lows,
            high: highs,
            below: 0,
            up_to_low: 0,
            up_to_high: 0,
            inside: 0,
        };
        let done = each_vector(here, n, 0, &mut to);
        let Between { mut below, mut up_to_low, mut up_to_high, mut inside, .. } = to;
        for i in done..n {
            let key = V::key(V::on(here, i));
            below += usize::from(key < low);
            up_to_low += usize::from(key <= low);
            up_to_high += usize::from(key <= high);
            if low < key && key < high {
                V::copy(V::on(here, i), V::on(out, inside), 1);
                inside += 1;
            }
        }
        let high = up_to_high - up_to_low - inside;
        Counts { below, low: up_to_low - below, between: inside, high }
    }
}

/// The same without vectors.
pub fn between_plain<K: Ord + Copy>(keys: &[K], low: K, high: K, out: &mut [K]) -> Counts {
    let mut counts = Counts::default();
    for &key in keys {
        out[counts.between] = key;
        counts.below += usize::from(key < low);
        counts.low += usize::from(key == low);
        counts.between += usize::from(low < key && key < high);
        counts.high += usize::from(key == high && low < high);
    }
    counts
}

/// Sorts what fits in the registers.
#[inline(always)]
unsafe fn small<V: Vector>(from: V::At, to: V::At, len: usize)
where
    [V; 4]: Rows<V>,
    [V; 8]: Rows<V>,
    [V; 16]: Rows<V>,
{
    // SAFETY: as many elements as the rows hold.
    unsafe {
        if len <= V::LANES * 4 {
            rows::<V, 4>(from, to, len);
        } else if len <= V::LANES * 8 || V::ROWS == 8 {
            rows::<V, 8>(from, to, len);
        } else {
            rows::<V, 16>(from, to, len);
        }
    }
}

#[inline(always)]
unsafe fn rows<V: Vector, const R: usize>(from: V::At, to: V::At, len: usize)
where
    [V; R]: Rows<V>,
{
    let (mut a, mut b) = (MaybeUninit::<Room>::uninit(), MaybeUninit::<Room>::uninit());
    // SAFETY: a room has place for as many rows as the vector says; what is read was written.
    unsafe {
        let (a, b) = (V::within(a.as_mut_ptr()), V::within(b.as_mut_ptr()));
        V::copy(from, a, len);
        V::fill(V::on(a, len), V::LANES * R - len);
        let mut rows = load::<V, R>(a);
        network::sort(&mut rows);
        for (r, row) in rows.into_iter().enumerate() {
            row.store(V::on(a, r * V::LANES));
        }
        // What fills the rows has the keys of others and must be put behind them: all lanes.
        let lanes = if V::VALUES { V::LANES } else { len.div_ceil(R) };
        for lane in 0..lanes {
            for r in 0..R {
                V::copy(V::on(a, r * V::LANES + lane), V::on(b, lane * R + r), 1);
            }
        }
        if V::VALUES {
            V::settle(b, V::LANES * R);
        }
        V::copy(b, to, len);
    }
}

/// Sorts the values of equal keys among `n` sorted pairs.
///
/// # Safety
/// They are there.
pub unsafe fn settle(at: (*mut u64, *mut u64), n: usize) {
    // SAFETY: as the caller says.
    let (keys, values) =
        unsafe { (std::slice::from_raw_parts(at.0, n), std::slice::from_raw_parts_mut(at.1, n)) };
    if keys.windows(2).all(|w| w[0] != w[1]) {
        return;
    }
    let mut start = 0;
    for run in keys.chunk_by(|a, b| a == b) {
        values[start..start + run.len()].sort_unstable();
        start += run.len();
    }
}

/// Ranks up to which the standard library selects one after the other.
const FEW: usize = 8;

/// Sorts keys as the standard library does.
fn sort_plain<K: Ord>(keys: &mut [K], wanted: Wanted<'_>) {
    match wanted {
        Wanted::First(first) if first < keys.len() => {
            keys.select_nth_unstable(first).0.sort_unstable();
        }
        Wanted::At(ranks) if ranks.len() <= FEW => {
            // The greatest first: what is above it matters to none of the others.
            let mut end = keys.len();
            for &rank in ranks.iter().rev() {
                if rank < end {
                    keys[..end].select_nth_unstable(rank);
                    end = rank;
                }
            }
        }
        _ => keys.sort_unstable(),
    }
}

/// The functions of keys, on vectors where the processor has some.
macro_rules! keys {
    ($($key:ident: $sort:ident, $between:ident;)*) => {$(
        /// Sorts keys.
        pub fn $sort(keys: &mut [$key], spare: &mut [$key], wanted: Wanted<'_>) {
            assert_eq!(keys.len(), spare.len());
            #[cfg(target_arch = "x86_64")]
            if dispatch::$sort(keys, spare, wanted, dispatch::Instructions::Avx512) {
                return;
            }
            sort_plain(keys, wanted);
        }

        /// What of keys lies between two.
        pub fn $between(keys: &[$key], low: $key, high: $key, out: &mut [$key]) -> Counts {
            assert!(keys.len() <= out.len());
            #[cfg(target_arch = "x86_64")]
            if let Some(counts) =
                dispatch::$between(keys, (low, high), out, dispatch::Instructions::Avx512)
            {
                return counts;
            }
            between_plain(keys, low, high, out)
        }
    )*};
}

keys! {
    u32: sort_u32, between_u32;
    u64: sort_u64, between_u64;
}

/// Sorts `values` by their `keys`, equal keys in the order they are in; the keys are sorted with
/// them: so far that the `first` of both are in their places, the others are lost. All four have
/// one length; the content of the spare ones is lost.
pub fn sort_pairs(
    keys: &mut [u64],
    values: &mut [u64],
    spare_keys: &mut [u64],
    spare_values: &mut [u64],
    first: usize,
) {
    let (n, wanted) = (keys.len(), Wanted::First(first));
    assert!([values.len(), spare_keys.len(), spare_values.len()] == [n; 3]);
    if keys.is_sorted() {
        return;
    }
    let main = (keys.as_mut_ptr(), values.as_mut_ptr());
    let spare = (spare_keys.as_mut_ptr(), spare_values.as_mut_ptr());
    // SAFETY: four slices of `n` elements; without vectors there are no instructions to have.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        if dispatch::sort_pairs(main, spare, n, wanted, dispatch::Instructions::Avx512) {
            return;
        }
        sort::<crate::plain::Pairs>(main, spare, n, wanted);
    }
}
