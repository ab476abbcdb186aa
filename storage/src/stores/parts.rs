//! `.npy` files on object stores, uploaded in parts.
//!
//! The array is cut into runs of bytes that lie together; each is one part, uploaded when its box
//! is written, in any order. The object appears when the upload is completed: old or new, whole.

use super::Place;
use super::object::failed;
use crate::Sink;
use crate::boxes::{self, Around};
use crate::error::{StorageError, failure};
use crate::file::Stopped;
use crate::npy::write::head;
use arr_ir::dtype::DType;
use arr_ir::shape::{Shape, count};
use object_store::multipart::{MultipartStore, PartId};
use object_store::{ObjectStoreExt, PutPayload};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes of a part at least, but for the last one.
const PART: usize = 8 << 20;
/// What stores demand of all parts but the last.
const LEAST: usize = 5 << 20;
/// How many parts an array has at most; cuts across rows may double it, and stores take 10,000.
const PARTS: usize = 4500;

/// A `.npy` object being written.
struct NpyParts {
    place: Place,
    to: Arc<dyn MultipartStore>,
    /// The upload; none if all is put at once.
    id: Option<String>,
    head: Vec<u8>,
    shape: Shape,
    size: usize,
    /// The box of a part.
    unit: Shape,
    /// How many parts there are along each axis.
    grid: Shape,
    done: Mutex<Vec<Option<PartId>>>,
    /// What is put at once.
    whole: Mutex<Vec<u8>>,
    completed: bool,
}

/// Begins an object.
pub(super) fn create(
    place: Place,
    to: Arc<dyn MultipartStore>,
    dtype: DType,
    shape: &[usize],
) -> Result<Box<dyn Sink>, StorageError> {
    let path = place.path.clone();
    let head = head(dtype, shape).map_err(|e| Stopped::Io(e).failing("write", &path))?;
    let unit = unit(shape, dtype.size());
    let grid: Shape = shape.iter().zip(&unit).map(|(n, u)| n.div_ceil(*u)).collect();
    let id = match count(&grid) {
        0 | 1 => None,
        _ => {
            let begun = place.network.wait(&place.stop, to.create_multipart(&place.key));
            let begun = begun.and_then(|id| id.map_err(|e| failed(&e)));
            Some(begun.map_err(|e| e.failing("write", &path))?)
        }
    };
    Ok(Box::new(NpyParts {
        done: Mutex::new(vec![None; count(&grid)]),
        whole: Mutex::default(),
        shape: shape.into(),
        size: dtype.size(),
        completed: false,
        place,
        to,
        id,
        head,
        unit,
        grid,
    }))
}

/// The box of a part: some rows of some dimension, and all of the ones behind it.
fn unit(shape: &[usize], size: usize) -> Shape {
    let total = count(shape).saturating_mul(size);
    let part = PART.max(total / PARTS);
    let mut unit: Shape = shape.iter().map(|&n| n.max(1)).collect();
    if total <= part {
        return unit;
    }
    let inner = |axis: usize| count(&shape[axis + 1..]) * size;
    let axis = (0..shape.len()).find(|&a| inner(a) <= part).expect("one element is small");
    let (row, rows) = (inner(axis), shape[axis]);
    let enough = part.div_ceil(row);
    unit[..axis].fill(1);
    // The last part of a row is small only where it is the last of all.
    let fits = |n: &usize| rows % n == 0 || rows % n * row >= LEAST;
    let alone = shape[..axis].iter().all(|&n| n == 1);
    unit[axis] = match alone {
        true => enough.min(rows),
        false => (enough..rows).find(fits).unwrap_or(rows),
    };
    unit
}

impl NpyParts {
    fn lock<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
        lock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The box of a part, clipped at the end of the array.
    fn clipped(&self, index: &[usize]) -> (Shape, Shape) {
        let start: Shape = index.iter().zip(&self.unit).map(|(i, u)| i * u).collect();
        let size = (0..start.len()).map(|a| self.unit[a].min(self.shape[a] - start[a])).collect();
        (start, size)
    }

    /// Uploads a part: the common box of it and a dense array, and zeros.
    fn part(&self, index: &[usize], from: Option<(&Around, &[u8])>) -> Result<(), Stopped> {
        let number = index.iter().zip(&self.grid).fold(0, |at, (i, n)| at * n + i);
        let (start, size) = self.clipped(index);
        let head = if number == 0 { &self.head[..] } else { &[] };
        let mut bytes = vec![0; head.len() + count(&size) * self.size];
        bytes[..head.len()].copy_from_slice(head);
        if let Some((from, data)) = from {
            let to = Around { origin: &start, shape: &size };
            boxes::copy(from, data, &to, &mut bytes[head.len()..], self.size);
        }
        let Some(id) = &self.id else {
            *Self::lock(&self.whole) = bytes;
            return Ok(());
        };
        let (place, payload) = (&self.place, PutPayload::from(bytes));
        let put = self.to.put_part(&place.key, id, number, payload);
        let part = place.network.wait(&place.stop, put)?.map_err(|e| failed(&e))?;
        Self::lock(&self.done)[number] = Some(part);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Stopped> {
        let Some(id) = self.id.clone() else {
            let mut bytes = std::mem::take(&mut *Self::lock(&self.whole));
            if bytes.is_empty() {
                bytes = self.head.clone();
                bytes.resize(self.head.len() + count(&self.shape) * self.size, 0);
            }
            let put = self.place.connection.store.put(&self.place.key, PutPayload::from(bytes));
            return self.place.finish(put).map(|_| ());
        };
        let missing: Vec<usize> = {
            let done = Self::lock(&self.done);
            (0..done.len()).filter(|&i| done[i].is_none()).collect()
        };
        for number in missing {
            let (mut index, mut rest) = (Shape::from_elem(0, self.grid.len()), number);
            for axis in (0..self.grid.len()).rev() {
                index[axis] = rest % self.grid[axis];
                rest /= self.grid[axis];
            }
            self.part(&index, None)?;
        }
        let parts = Self::lock(&self.done).drain(..).flatten().collect();
        let completed = self.to.complete_multipart(&self.place.key, &id, parts);
        self.place.finish(completed)?;
        self.completed = true;
        Ok(())
    }
}

impl Sink for NpyParts {
    fn chunks(&self) -> Option<&[usize]> {
        Some(&self.unit)
    }

    fn write(&self, start: &[usize], shape: &[usize], data: &[u8]) -> Result<(), StorageError> {
        assert_eq!(data.len(), count(shape) * self.size, "the size of the box");
        let whole = (0..shape.len()).all(|a| {
            let (unit, end) = (self.unit[a], start[a] + shape[a]);
            start[a].is_multiple_of(unit) && (end.is_multiple_of(unit) || end == self.shape[a])
        });
        let path: &Path = &self.place.path;
        if !whole {
            return Err(failure("write", path, "a box is not whole parts"));
        }
        let from = Around { origin: start, shape };
        let part = |index: &[usize]| self.part(index, Some((&from, data)));
        boxes::chunks(start, shape, &self.unit, part).map_err(|e| e.failing("write", path))
    }

    fn commit(mut self: Box<Self>) -> Result<(), StorageError> {
        self.finish().map_err(|e| e.failing("write", &self.place.path))
    }
}

impl Drop for NpyParts {
    fn drop(&mut self) {
        let Some(id) = self.id.as_ref().filter(|_| !self.completed) else { return };
        self.place.clean(async {
            let _ = self.to.abort_multipart(&self.place.key, id).await;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_large_enough_and_not_too_many() {
        for (shape, size) in [
            (&[][..], 8),
            (&[10], 8),
            (&[10_000_000], 8),
            (&[1, 10_000_019], 4),
            (&[4000, 5000], 8),
            (&[3, 1_500_007], 8),
            (&[2, 7, 1_300_001], 8),
            (&[5, 1_048_577], 8),
            (&[3_000_000_000, 100], 8),
            (&[7, 100_000_007, 3], 16),
            (&[0, 5], 8),
        ] {
            let unit = unit(shape, size);
            let grid: Shape = shape.iter().zip(&unit).map(|(n, u)| n.div_ceil(*u)).collect();
            let parts = count(&grid);
            assert!(parts <= 10_000, "{shape:?} {unit:?}");
            let axis = unit.iter().position(|&u| u > 1).unwrap_or(0);
            if parts > 1 {
                assert_eq!(unit[axis + 1..], shape[axis + 1..], "a run of bytes");
                let row = count(&shape[axis + 1..]) * size;
                let last = shape[axis] % unit[axis];
                assert!(unit[axis] * row >= LEAST, "{shape:?} {unit:?}");
                let alone = shape[..axis].iter().all(|&n| n == 1);
                assert!(alone || last == 0 || last * row >= LEAST, "{shape:?} {unit:?}");
            }
        }
    }
}
