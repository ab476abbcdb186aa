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

/// A summand of an index: `step` per unit of the reader's dimension `dim`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Term {
    /// Index step per unit of the reader's dimension, not 0.
    pub step: i64,
    /// The reader's dimension.
    pub dim: u8,
}

/// Where one dimension of a source is read: `offset + sum(step * index[dim])` over its terms.
/// No term is a fixed index, one a slice or a permuted dimension, several a window that moves
/// along the dimension. Terms are sorted by dimension, and no two name the same one, so that
/// equal maps compare equal.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct DimMap {
    /// Index at the reader's origin.
    pub offset: i64,
    terms: SmallVec<[Term; 1]>,
}

impl DimMap {
    /// Reads one index.
    pub fn at(offset: i64) -> DimMap {
        DimMap { offset, terms: SmallVec::new() }
    }

    /// Runs with a dimension of the reader, index for index.
    pub fn along(dim: usize) -> DimMap {
        DimMap::slice(0, 1, dim)
    }

    /// `offset + step * index[dim]`.
    pub fn slice(offset: i64, step: i64, dim: usize) -> DimMap {
        DimMap::sum(offset, [Term { step, dim: dim as u8 }])
    }

    /// The sum of an offset and terms in any order.
    pub fn sum(offset: i64, terms: impl IntoIterator<Item = Term>) -> DimMap {
        let mut sorted: SmallVec<[Term; 1]> = SmallVec::new();
        for term in terms {
            match sorted.iter().position(|t| t.dim >= term.dim) {
                Some(i) if sorted[i].dim == term.dim => sorted[i].step += term.step,
                Some(i) => sorted.insert(i, term),
                None => sorted.push(term),
            }
        }
        sorted.retain(|t| t.step != 0);
        DimMap { offset, terms: sorted }
    }

    /// The terms, sorted by dimension.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Whether it is the same index everywhere.
    pub fn is_fixed(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether it depends on a dimension of the reader.
    pub fn uses(&self, dim: usize) -> bool {
        self.terms.iter().any(|t| t.dim as usize == dim)
    }

    /// The reader's dimension that it is the index of, unshifted and whole steps.
    pub fn plain(&self) -> Option<u8> {
        match (self.offset, self.terms()) {
            (0, [Term { step: 1, dim }]) => Some(*dim),
            _ => None,
        }
    }

    /// The smallest and largest index over a region of the reader: per dimension its first index
    /// and how many (not 0).
    pub fn bounds(&self, region: &[(usize, usize)]) -> (i64, i64) {
        self.terms.iter().fold((self.offset, self.offset), |(low, high), t| {
            let (first, n) = region[t.dim as usize];
            let a = t.step.saturating_mul(first as i64);
            let b = t.step.saturating_mul((first + n - 1) as i64);
            (low.saturating_add(a.min(b)), high.saturating_add(a.max(b)))
        })
    }
}

impl std::fmt::Display for DimMap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.offset)?;
        self.terms.iter().try_for_each(|t| write!(f, "{:+}*i{}", t.step, t.dim))
    }
}

/// An affine map from an index of the reader to an index of the source: one [`DimMap`] per
/// dimension of the source. Permutation, slice, shift, flip, integer index, broadcast, new axis,
/// diagonal and moving window are all of this form, and compose to it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct IndexMap(pub SmallVec<[DimMap; 2]>);

/// What is read of an array in which a box was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reach {
    /// Elements of the box only: the map to their indices in it.
    Inside(IndexMap),
    /// None of its elements.
    Outside,
    /// Some and others, or it is not known.
    Across,
}

impl IndexMap {
    /// Reads `source[index]` at `index`.
    pub fn identity(rank: usize) -> IndexMap {
        IndexMap((0..rank).map(DimMap::along).collect())
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
                    true => DimMap::at(0),
                    false => DimMap::along(i + skip),
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
                .map(|m| {
                    let outer = |t: &Term| &self.0[t.dim as usize];
                    let shift: i64 = m.terms.iter().map(|t| t.step * outer(t).offset).sum();
                    let terms = m.terms.iter().flat_map(|t| {
                        outer(t).terms.iter().map(|o| Term { step: t.step * o.step, dim: o.dim })
                    });
                    DimMap::sum(m.offset + shift, terms)
                })
                .collect(),
        )
    }

    /// The reader's dimension that an axis of the source is, if it is one as it stands and no other
    /// axis depends on it.
    pub fn along(&self, axis: usize) -> Option<usize> {
        let [Term { dim, .. }] = self.0[axis].terms[..] else { return None };
        let others = self.0.iter().enumerate().filter(|(a, _)| *a != axis);
        let alone = others.flat_map(|(_, m)| &m.terms).all(|t| t.dim != dim);
        (alone && self.0[axis] == DimMap::along(dim as usize)).then_some(dim as usize)
    }

    /// Element offset and element stride per reader dimension, for a source with these strides.
    pub fn linear(&self, strides: &[isize], rank: usize) -> (isize, SmallVec<[isize; 4]>) {
        let mut offset = 0;
        let mut out: SmallVec<[isize; 4]> = SmallVec::from_elem(0, rank);
        for (m, &s) in self.0.iter().zip(strides) {
            offset += m.offset as isize * s;
            for t in &m.terms {
                out[t.dim as usize] += t.step as isize * s;
            }
        }
        (offset, out)
    }

    /// The smallest and largest index read in each dimension of the source, over a reader of this
    /// shape (which must not be empty).
    pub fn bounds(&self, reader: &[usize]) -> SmallVec<[(i64, i64); 4]> {
        let region: SmallVec<[(usize, usize); 4]> = reader.iter().map(|&n| (0, n)).collect();
        self.0.iter().map(|m| m.bounds(&region)).collect()
    }

    /// What a reader of this shape reads of an array in which a box was written: the elements at
    /// `start + step * index`, for the indices of a shape.
    pub fn reach(
        &self,
        reader: &[usize],
        (start, step, region): (&[i64], &[i64], &[usize]),
    ) -> Reach {
        if count(region) == 0 {
            return Reach::Outside;
        }
        if count(reader) == 0 {
            return Reach::Across;
        }
        let mut inside = true;
        for ((m, bounds), d) in self.0.iter().zip(self.bounds(reader)).zip(0..) {
            let last = start[d] + step[d] * (region[d] as i64 - 1);
            let (first, end) = (start[d].min(last), start[d].max(last));
            let on_step = |n: i64| n % step[d] == 0;
            let steady = m.terms.iter().all(|t| on_step(t.step));
            if bounds.1 < first || bounds.0 > end || steady && !on_step(m.offset - start[d]) {
                return Reach::Outside;
            }
            inside &= steady && bounds.0 >= first && bounds.1 <= end;
        }
        if !inside {
            return Reach::Across;
        }
        let inner = self.0.iter().zip(start.iter().zip(step)).map(|(m, (start, step))| {
            let terms = m.terms.iter().map(|t| Term { step: t.step / step, dim: t.dim });
            DimMap::sum((m.offset - start) / step, terms)
        });
        Reach::Inside(IndexMap(inner.collect()))
    }

    /// The number of dimensions that its reader has at least.
    pub fn reader_rank(&self) -> usize {
        let dims = self.0.iter().flat_map(|m| m.terms()).map(|t| t.dim as usize + 1);
        dims.max().unwrap_or(0)
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
        let t = IndexMap([DimMap::along(1), DimMap::along(0)].into_iter().collect());
        let slice =
            IndexMap([DimMap::slice(1, 1, 0), DimMap::slice(0, 2, 1)].into_iter().collect());
        let both = slice.then(&t);
        assert_eq!(both.linear(&[10, 1], 2), (1, [1isize, 20].into_iter().collect()));
    }

    #[test]
    fn windows_compose() {
        // w = windows(x, 3): reader (i, j) -> x[i + j]; windows(w, 2, axis=0) reads x[i + j + k]
        let term = |dim| Term { step: 1, dim };
        let w = IndexMap([DimMap::sum(0, [term(1), term(0)])].into_iter().collect());
        assert_eq!(w.bounds(&[5, 3])[..], [(0, 6)]);
        let outer =
            IndexMap([DimMap::sum(0, [term(0), term(2)]), DimMap::along(1)].into_iter().collect());
        let both = outer.then(&w);
        assert_eq!(both.0[0], DimMap::sum(0, [term(0), term(1), term(2)]));
        assert_eq!(both.0[0].to_string(), "0+1*i0+1*i1+1*i2");
        // The diagonal of the windows: x[2 i].
        let diagonal = IndexMap([DimMap::along(0), DimMap::along(0)].into_iter().collect());
        assert_eq!(diagonal.then(&w).0[0], DimMap::slice(0, 2, 0));
        // Backwards and forwards: x[4 + i - i] is one index.
        let flip = IndexMap([DimMap::slice(4, -1, 0), DimMap::along(0)].into_iter().collect());
        assert_eq!(flip.then(&w).0[0], DimMap::at(4));
        assert_eq!(w.linear(&[8], 2), (0, [8isize, 8].into_iter().collect()));
        assert_eq!(w.0[0].bounds(&[(2, 2), (1, 2)]), (3, 5));
    }

    #[test]
    fn what_was_written_is_told_from_what_was_there() {
        let map = |dims: &[DimMap]| IndexMap(dims.iter().cloned().collect());
        // x[2:8:2, 4:1:-1] = ..., of 3 x 3 elements.
        let reach =
            |m: &[DimMap], reader: &[usize]| map(m).reach(reader, (&[2, 4], &[2, -1], &[3, 3]));
        let row = |offset| [DimMap::at(offset), DimMap::slice(2, 1, 0)];
        assert_eq!(
            reach(&row(4), &[3]),
            Reach::Inside(map(&[DimMap::at(1), DimMap::slice(2, -1, 0)]))
        );
        assert_eq!(reach(&row(3), &[3]), Reach::Outside);
        assert_eq!(reach(&row(8), &[3]), Reach::Outside);
        assert_eq!(reach(&row(4), &[4]), Reach::Across);
        let every = |step| [DimMap::slice(2, step, 0), DimMap::at(3)];
        assert_eq!(
            reach(&every(4), &[2]),
            Reach::Inside(map(&[DimMap::slice(0, 2, 0), DimMap::at(1)]))
        );
        assert_eq!(reach(&every(1), &[2]), Reach::Across);
        assert_eq!(reach(&[DimMap::at(4), DimMap::slice(0, 1, 0)], &[2]), Reach::Outside);
        assert_eq!(reach(&row(4), &[0]), Reach::Across);
        assert_eq!(map(&[DimMap::at(4)]).reach(&[], (&[4], &[1], &[0])), Reach::Outside);
    }

    #[test]
    fn counts_are_checked() {
        assert_eq!(checked_count(&[usize::MAX, usize::MAX]), None);
        assert_eq!(checked_count(&[usize::MAX, 0]), Some(0));
        assert_eq!(checked_count(&[]), Some(1));
    }
}
