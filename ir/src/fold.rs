//! The order in which reductions combine their elements: the definition of every result bit.
//!
//! *Row* reductions (along the innermost axis): a row block is at most `ROW_BLOCK` consecutive
//! elements. Element `p` of a block is combined into lane `p % LANES`; each lane starts at the
//! identity; the lanes are then combined pairwise, `l` with `l + 8`, `l + 4`, `l + 2`, `l + 1`.
//!
//! *Column* reductions (along any other axis): a column block is at most `COL_BLOCK` consecutive
//! rows, combined in order, starting at the identity.
//!
//! In both, the results of the blocks, numbered along the reduced axis from zero, are combined by a
//! fixed binary tree: a list is split at the largest power of two below its length. The blocks are
//! those of the whole array, whatever the chunks: chunk edges along a reduced axis have to be
//! multiples of the block length.
//!
//! The order in which the two sides of one combination are given is that of the elements. The
//! combinations themselves are in `Combine`; its `finish` belongs at the very end (it makes a NaN
//! canonical), and `empty` is the value of no elements at all.

/// Elements per row block.
pub const ROW_BLOCK: usize = 1024;

/// Rows per column block.
pub const COL_BLOCK: usize = 256;

/// Terms of a contraction that are summed before what went before is added.
pub const PANEL: usize = 512;

/// Accumulators of a row block.
pub const LANES: usize = 16;

/// The lanes of a row block before they are combined.
///
/// `position` is the place of the first element within the block.
pub fn fold_lanes<T: Copy>(
    lanes: &mut [T; LANES],
    elements: &[T],
    position: usize,
    f: impl Fn(T, T) -> T,
) {
    for (i, &x) in elements.iter().enumerate() {
        let lane = &mut lanes[(position + i) % LANES];
        *lane = f(*lane, x);
    }
}

/// Combines the lanes of a row block.
#[inline(always)]
pub fn finish_lanes<T: Copy>(mut lanes: [T; LANES], f: impl Fn(T, T) -> T) -> T {
    let mut half = LANES / 2;
    while half > 0 {
        for l in 0..half {
            lanes[l] = f(lanes[l], lanes[l + half]);
        }
        half /= 2;
    }
    lanes[0]
}

/// The value of one row block: `elements` are at most `ROW_BLOCK`.
pub fn row_block<T: Copy>(elements: &[T], identity: T, f: impl Fn(T, T) -> T) -> T {
    debug_assert!(elements.len() <= ROW_BLOCK);
    let mut lanes = [identity; LANES];
    fold_lanes(&mut lanes, elements, 0, &f);
    finish_lanes(lanes, f)
}

/// The value of one column of a column block: at most `COL_BLOCK` elements, in order.
pub fn col_block<T: Copy>(elements: &[T], identity: T, f: impl Fn(T, T) -> T) -> T {
    debug_assert!(elements.len() <= COL_BLOCK);
    elements.iter().fold(identity, |total, &x| f(total, x))
}

/// The largest power of two below `length`, where a list of that length is split; `length >= 2`.
pub fn split_point(length: usize) -> usize {
    1 << (length - 1).ilog2()
}

/// Combines the values of the blocks; `None` without any.
pub fn tree<T: Copy>(parts: &[T], f: impl Fn(T, T) -> T) -> Option<T> {
    let mut pending = Tree::new();
    for &part in parts {
        pending.push(part, &f);
    }
    pending.finish(f)
}

/// The fixed tree fed block by block, in order: a value per set bit of the number of blocks.
///
/// Equal to splitting the whole list, since every left side is a complete tree.
#[derive(Clone, Debug)]
pub struct Tree<T> {
    complete: Vec<T>,
    count: u64,
}

impl<T: Copy> Default for Tree<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Copy> Tree<T> {
    /// A tree without blocks.
    pub fn new() -> Self {
        Self { complete: Vec::new(), count: 0 }
    }

    /// Adds the value of the next block.
    pub fn push(&mut self, part: T, f: impl Fn(T, T) -> T) {
        let mut part = part;
        for _ in 0..self.count.trailing_ones() {
            if let Some(left) = self.complete.pop() {
                part = f(left, part);
            }
        }
        self.complete.push(part);
        self.count += 1;
    }

    /// The combination of all blocks so far; `None` without any.
    pub fn finish(mut self, f: impl Fn(T, T) -> T) -> Option<T> {
        let mut value = self.complete.pop()?;
        while let Some(left) = self.complete.pop() {
            value = f(left, value);
        }
        Some(value)
    }
}

/// A whole row reduction: blocks, tree and finish.
pub fn rows<O: Combine<T>, T: Copy>(elements: &[T]) -> T {
    let blocks: Vec<T> =
        elements.chunks(ROW_BLOCK).map(|block| row_block(block, O::IDENTITY, O::combine)).collect();
    tree(&blocks, O::combine).map_or(O::EMPTY, O::finish)
}

/// A whole column reduction of one column: blocks, tree and finish.
pub fn column<O: Combine<T>, T: Copy>(elements: &[T]) -> T {
    let blocks: Vec<T> =
        elements.chunks(COL_BLOCK).map(|block| col_block(block, O::IDENTITY, O::combine)).collect();
    tree(&blocks, O::combine).map_or(O::EMPTY, O::finish)
}

/// One combination of two values of a type.
pub trait Combine<T> {
    /// Combining with it changes nothing. That of a float sum is -0, so that a sum of -0 is -0.
    const IDENTITY: T;

    /// The value of no elements: the identity, but +0 for a float sum.
    const EMPTY: T;

    /// Whether the bits of a result depend on the order of combination.
    const ORDERED: bool;

    /// The combination of two neighbours.
    fn combine(left: T, right: T) -> T;

    /// Applied once to the end result: a NaN becomes the canonical one.
    fn finish(value: T) -> T;
}

/// Sum.
#[derive(Clone, Copy, Debug)]
pub struct Sum;
/// Product.
#[derive(Clone, Copy, Debug)]
pub struct Prod;
/// Minimum.
#[derive(Clone, Copy, Debug)]
pub struct Min;
/// Maximum.
#[derive(Clone, Copy, Debug)]
pub struct Max;
/// Logical or of bytes 0 and 1.
#[derive(Clone, Copy, Debug)]
pub struct Any;
/// Logical and of bytes 0 and 1.
#[derive(Clone, Copy, Debug)]
pub struct All;

macro_rules! combine {
    ($op:ident $type:ty, $ordered:expr, $identity:expr, $empty:expr,
        |$a:ident, $b:ident| $body:expr, $finish:expr) => {
        impl Combine<$type> for $op {
            const ORDERED: bool = $ordered;
            const IDENTITY: $type = $identity;
            const EMPTY: $type = $empty;

            #[inline(always)]
            fn combine($a: $type, $b: $type) -> $type {
                $body
            }

            #[inline(always)]
            fn finish(value: $type) -> $type {
                let finish: fn($type) -> $type = $finish;
                finish(value)
            }
        }
    };
}

macro_rules! integer_combinations {
    ($($type:ident)*) => {
        $(
            combine!(Sum $type, false, 0, 0, |a, b| a.wrapping_add(b), |x| x);
            combine!(Prod $type, false, 1, 1, |a, b| a.wrapping_mul(b), |x| x);
            combine!(Min $type, false, $type::MAX, $type::MAX, |a, b| if a < b { a } else { b }, |x| x);
            combine!(Max $type, false, $type::MIN, $type::MIN, |a, b| if a > b { a } else { b }, |x| x);
        )*
    };
}

macro_rules! float_combinations {
    ($($type:ident)*) => {
        $(
            combine!(Sum $type, true, -0.0, 0.0, |a, b| a + b,
                |x| if x.is_nan() { $type::NAN } else { x });
            combine!(Prod $type, true, 1.0, 1.0, |a, b| a * b,
                |x| if x.is_nan() { $type::NAN } else { x });
            // Each order of the operands is one instruction. They agree but for zeros of different
            // sign, of which the bits decide, and NaN, which stays one once all bits are set.
            combine!(Min $type, false, $type::INFINITY, $type::INFINITY, |a, b| {
                let (first, second) = (if a < b { a } else { b }, if b < a { b } else { a });
                let nan = if a.is_nan() | b.is_nan() { !0 } else { 0 };
                $type::from_bits(first.to_bits() | second.to_bits() | nan)
            }, |x| if x.is_nan() { $type::NAN } else { x });
            combine!(Max $type, false, $type::NEG_INFINITY, $type::NEG_INFINITY, |a, b| {
                let (first, second) = (if a > b { a } else { b }, if b > a { b } else { a });
                let nan = if a.is_nan() | b.is_nan() { !0 } else { 0 };
                $type::from_bits(first.to_bits() & second.to_bits() | nan)
            }, |x| if x.is_nan() { $type::NAN } else { x });
        )*
    };
}

integer_combinations!(i8 i16 i32 i64 u8 u16 u32 u64);
float_combinations!(f32 f64);
combine!(Any u8, false, 0, 0, |a, b| a | b, |x| x);
combine!(All u8, false, 1, 1, |a, b| a & b, |x| x);

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes down the order of combination.
    fn trace(n: usize) -> Vec<String> {
        (0..n).map(|i| i.to_string()).collect()
    }

    fn join(a: &str, b: &str) -> &'static str {
        Box::leak(format!("({a}{b})").into_boxed_str())
    }

    fn tree_by_definition(parts: &[&'static str]) -> &'static str {
        if parts.len() == 1 {
            return parts[0];
        }
        let (left, right) = parts.split_at(split_point(parts.len()));
        join(tree_by_definition(left), tree_by_definition(right))
    }

    #[test]
    fn the_tree_splits_at_the_largest_power_of_two() {
        let names: Vec<&'static str> =
            trace(70).into_iter().map(|name| &*Box::leak(name.into_boxed_str())).collect();
        for n in 1..=names.len() {
            assert_eq!(tree(&names[..n], join), Some(tree_by_definition(&names[..n])));
        }
        assert_eq!(tree(&names[..5], join), Some("(((01)(23))4)"));
        assert_eq!(tree::<&'static str>(&[], join), None);
    }

    #[test]
    fn a_row_block_folds_lanes_then_halves() {
        let names: Vec<&'static str> =
            trace(18).into_iter().map(|name| &*Box::leak(name.into_boxed_str())).collect();
        let value = row_block(&names, "", join);
        let lane = |l: usize| match l {
            0 | 1 => format!("(({l}){})", l + 16),
            _ => format!("({l})"),
        };
        let pair = |a: String, b: String| format!("({a}{b})");
        let mut lanes: Vec<String> = (0..LANES).map(lane).collect();
        for half in [8, 4, 2, 1] {
            lanes = (0..half).map(|l| pair(lanes[l].clone(), lanes[l + half].clone())).collect();
        }
        assert_eq!(value, lanes[0]);
    }

    #[test]
    fn lanes_continue_at_any_position() {
        let xs: Vec<f64> = (0..100).map(|i| 1.0 / f64::from(i + 1)).collect();
        let whole = row_block(&xs, -0.0, |a, b| a + b);
        for cut in 0..100 {
            let mut lanes = [-0.0; LANES];
            fold_lanes(&mut lanes, &xs[..cut], 0, |a, b| a + b);
            fold_lanes(&mut lanes, &xs[cut..], cut, |a, b| a + b);
            assert_eq!(finish_lanes(lanes, |a, b| a + b).to_bits(), whole.to_bits());
        }
    }

    #[test]
    fn zeros_and_empty_sums() {
        assert_eq!(rows::<Sum, f64>(&[-0.0]).to_bits(), (-0.0_f64).to_bits());
        assert_eq!(rows::<Sum, f64>(&[-0.0, 0.0]).to_bits(), 0);
        assert_eq!(rows::<Sum, f64>(&[]).to_bits(), 0);
        assert_eq!(column::<Prod, f32>(&[]), 1.0);
        assert_eq!(rows::<Min, f64>(&[0.0, -0.0]).to_bits(), (-0.0_f64).to_bits());
        assert_eq!(rows::<Max, f64>(&[-0.0, 0.0, -0.0]).to_bits(), 0);
    }

    #[test]
    fn nan_wins_and_is_canonical() {
        let other = f64::from_bits(0xfff8_0000_0000_0123);
        for xs in [[other, 1.0], [1.0, other]] {
            assert_eq!(rows::<Min, f64>(&xs).to_bits(), f64::NAN.to_bits());
            assert_eq!(rows::<Max, f64>(&xs).to_bits(), f64::NAN.to_bits());
            assert_eq!(rows::<Sum, f64>(&xs).to_bits(), f64::NAN.to_bits());
        }
        let infinities = [f64::INFINITY, f64::NEG_INFINITY];
        assert_eq!(rows::<Sum, f64>(&infinities).to_bits(), f64::NAN.to_bits());
    }

    #[test]
    fn columns_fold_in_order() {
        let xs: Vec<f64> = (0..1000).map(|i| 1.0 / f64::from(i + 1)).collect();
        let block = |range: std::ops::Range<usize>| xs[range].iter().fold(-0.0, |a, &b| a + b);
        let expected = (block(0..256) + block(256..512)) + (block(512..768) + block(768..1000));
        assert_eq!(column::<Sum, f64>(&xs), expected);
    }
}
