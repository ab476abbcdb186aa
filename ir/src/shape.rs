//! Shapes: checked sizes, symbolic dimensions for checking, broadcasting, and affine index maps.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

/// The most dimensions an array may have.
pub const MAX_RANK: usize = 16;

/// The most elements an array may have: what every stride and byte count stays exact for.
pub const MAX_ELEMENTS: u64 = 1 << 56;

/// A concrete shape.
pub type Shape = SmallVec<[usize; 4]>;

/// A dimension as the checker knows it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Dim {
    /// This many.
    Known(usize),
    /// Not known; equal numbers are equal sizes.
    Unknown(u32),
}

impl Dim {
    /// The size, when known.
    pub fn known(self) -> Option<usize> {
        match self {
            Dim::Known(n) => Some(n),
            Dim::Unknown(_) => None,
        }
    }
}

/// A shape as the checker knows it.
pub type Dims = SmallVec<[Dim; 4]>;

/// The concrete shape, when every dimension is known.
pub fn known_shape(dims: &[Dim]) -> Option<Shape> {
    dims.iter().map(|d| d.known()).collect()
}

/// The dimensions of a concrete shape.
pub fn dims_of(shape: &[usize]) -> Dims {
    shape.iter().map(|&n| Dim::Known(n)).collect()
}

/// The number of elements of a shape, when it is at most [`MAX_ELEMENTS`].
pub fn checked_count(shape: &[usize]) -> Option<usize> {
    if shape.contains(&0) {
        return Some(0);
    }
    let mut count = 1u64;
    for &n in shape {
        count = count.checked_mul(n as u64).filter(|&c| c <= MAX_ELEMENTS)?;
    }
    Some(count as usize)
}

/// The number of elements of a shape that was checked before.
pub fn count(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// Row-major strides in elements.
pub fn row_major(shape: &[usize]) -> SmallVec<[isize; 4]> {
    let mut strides: SmallVec<[isize; 4]> = SmallVec::from_elem(1, shape.len());
    for i in (0..shape.len().saturating_sub(1)).rev() {
        strides[i] = strides[i + 1] * shape[i + 1] as isize;
    }
    strides
}

/// Two shapes that do not broadcast: the axis counted from the result's first, and the sizes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mismatch {
    /// Axis of the result.
    pub axis: usize,
    /// Size on the left.
    pub left: usize,
    /// Size on the right.
    pub right: usize,
}

/// The shape that both broadcast to (standard section "Broadcasting"). Of an unknown and a known
/// size other than 1 the known one is the result; of two unknown ones the left.
pub fn broadcast(a: &[Dim], b: &[Dim]) -> Result<Dims, Mismatch> {
    let rank = a.len().max(b.len());
    let at =
        |s: &[Dim], axis: usize| (axis + s.len()).checked_sub(rank).map_or(Dim::Known(1), |i| s[i]);
    (0..rank)
        .map(|axis| match (at(a, axis), at(b, axis)) {
            (x, y) if x == y => Ok(x),
            (Dim::Known(1), y) => Ok(y),
            (x, Dim::Known(1)) => Ok(x),
            (Dim::Known(left), Dim::Known(right)) => Err(Mismatch { axis, left, right }),
            (Dim::Unknown(_), y @ Dim::Known(_)) => Ok(y),
            (x, _) => Ok(x),
        })
        .collect()
}

/// Where one dimension of a source is read: `offset + step * index[dim]`, or just `offset`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct DimMap {
    /// First index.
    pub offset: i64,
    /// Index step per unit of the reader's dimension.
    pub step: i64,
    /// The reader's dimension, if any.
    pub dim: Option<u8>,
}

/// An affine map from an index of the reader to an index of the source: one [`DimMap`] per
/// dimension of the source. Permutation, slice, shift, flip, integer index, broadcast, new axis
/// and diagonal are all of this form, and compose to it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct IndexMap(pub SmallVec<[DimMap; 4]>);

impl IndexMap {
    /// Reads `source[index]` at `index`.
    pub fn identity(rank: usize) -> IndexMap {
        IndexMap((0..rank).map(|d| DimMap { offset: 0, step: 1, dim: Some(d as u8) }).collect())
    }

    /// Whether it is the identity over `rank` dimensions.
    pub fn is_identity(&self, rank: usize) -> bool {
        *self == IndexMap::identity(rank)
    }

    /// Broadcasts a source of shape `from` to the (trailing-aligned) shape `to`.
    pub fn broadcast(from: &[usize], to: &[usize]) -> IndexMap {
        let skip = to.len() - from.len();
        IndexMap(
            from.iter()
                .enumerate()
                .map(|(i, &n)| match n == 1 && to[i + skip] != 1 {
                    true => DimMap { offset: 0, step: 0, dim: None },
                    false => DimMap { offset: 0, step: 1, dim: Some((i + skip) as u8) },
                })
                .collect(),
        )
    }

    /// The map that reads through `self` first, and what `self` reads through `inner`:
    /// `self` maps a reader to a middle, `inner` the middle to a source.
    pub fn then(&self, inner: &IndexMap) -> IndexMap {
        IndexMap(
            inner
                .0
                .iter()
                .map(|m| match m.dim {
                    None => *m,
                    Some(d) => {
                        let outer = self.0[d as usize];
                        DimMap {
                            offset: m.offset + m.step * outer.offset,
                            step: m.step * outer.step,
                            dim: outer.dim,
                        }
                    }
                })
                .collect(),
        )
    }

    /// Element offset and element stride per reader dimension, for a source with these strides.
    pub fn linear(&self, strides: &[isize], rank: usize) -> (isize, SmallVec<[isize; 4]>) {
        let mut offset = 0;
        let mut out: SmallVec<[isize; 4]> = SmallVec::from_elem(0, rank);
        for (m, &s) in self.0.iter().zip(strides) {
            offset += m.offset as isize * s;
            if let Some(d) = m.dim {
                out[d as usize] += m.step as isize * s;
            }
        }
        (offset, out)
    }

    /// The smallest and largest index read in each dimension of the source, over a reader of this
    /// shape (which must not be empty).
    pub fn bounds(&self, reader: &[usize]) -> SmallVec<[(i64, i64); 4]> {
        self.0
            .iter()
            .map(|m| {
                let span = m.dim.map_or(0, |d| m.step * (reader[d as usize] as i64 - 1));
                (m.offset + span.min(0), m.offset + span.max(0))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(s: &[usize]) -> Dims {
        dims_of(s)
    }

    #[test]
    fn broadcasting() {
        assert_eq!(broadcast(&d(&[3, 1]), &d(&[4])).unwrap(), d(&[3, 4]));
        let err = broadcast(&d(&[1000, 360]), &d(&[365])).unwrap_err();
        assert_eq!(err, Mismatch { axis: 1, left: 360, right: 365 });
        let u = Dim::Unknown(7);
        assert_eq!(broadcast(&[u], &d(&[4])).unwrap(), d(&[4]));
        assert_eq!(broadcast(&[u], &d(&[1])).unwrap()[..], [u]);
    }

    #[test]
    fn maps_compose() {
        // y = x.T[1:, ::2]: reader (i, j) -> middle (i + 1, 2 j) -> x[2 j, i + 1]
        let t = IndexMap(
            [
                DimMap { offset: 0, step: 1, dim: Some(1) },
                DimMap { offset: 0, step: 1, dim: Some(0) },
            ]
            .into_iter()
            .collect(),
        );
        let slice = IndexMap(
            [
                DimMap { offset: 1, step: 1, dim: Some(0) },
                DimMap { offset: 0, step: 2, dim: Some(1) },
            ]
            .into_iter()
            .collect(),
        );
        let both = slice.then(&t);
        assert_eq!(both.linear(&[10, 1], 2), (1, [1isize, 20].into_iter().collect()));
    }

    #[test]
    fn counts_are_checked() {
        assert_eq!(checked_count(&[usize::MAX, usize::MAX]), None);
        assert_eq!(checked_count(&[usize::MAX, 0]), Some(0));
        assert_eq!(checked_count(&[]), Some(1));
    }
}
