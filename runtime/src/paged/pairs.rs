//! Complex arrays of files as the engine sees them: floats with one more axis of size 2 at the end,
//! real and imaginary part of every element.

use arr_ir::dtype::{DType, Kind};
use arr_ir::shape::{Shape, count};
use arr_storage::{Attributes, Sink, Source, StorageError};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A complex array in a file as pairs of floats.
struct PairSource {
    source: Arc<dyn Source>,
    shape: Shape,
    chunks: Option<Shape>,
}

fn paired(shape: &[usize]) -> Shape {
    shape.iter().copied().chain([2]).collect()
}

/// A file's array as the engine sees it: a complex one as pairs of floats.
pub fn source(source: Arc<dyn Source>) -> Arc<dyn Source> {
    if source.dtype().kind() != Kind::Complex {
        return source;
    }
    let (shape, chunks) = (paired(source.shape()), source.chunks().map(paired));
    Arc::new(PairSource { source, shape, chunks })
}

impl Source for PairSource {
    fn dtype(&self) -> DType {
        self.source.dtype().part()
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn chunks(&self) -> Option<&[usize]> {
        self.chunks.as_deref()
    }

    fn attributes(&self) -> &Attributes {
        self.source.attributes()
    }

    fn read(
        &self,
        start: &[usize],
        shape: &[usize],
        out: &mut [u8],
        stop: &AtomicBool,
    ) -> Result<(), StorageError> {
        let last = shape.len() - 1;
        if shape[last] == 2 {
            return self.source.read(&start[..last], &shape[..last], out, stop);
        }
        let item = self.dtype().size();
        let mut pairs = vec![0; 2 * count(&shape[..last]) * item];
        self.source.read(&start[..last], &shape[..last], &mut pairs, stop)?;
        let parts = pairs.chunks_exact(item).skip(start[last]).step_by(2);
        for (to, part) in out.chunks_exact_mut(item).zip(parts) {
            to.copy_from_slice(part);
        }
        Ok(())
    }

    fn scratch(&self, shape: &[usize]) -> usize {
        let outer = &shape[..shape.len() - 1];
        self.source.scratch(outer) + 2 * count(outer) * self.dtype().size()
    }

    fn path(&self) -> &Path {
        self.source.path()
    }

    fn is_held(&self) -> bool {
        self.source.is_held()
    }

    fn release(&self) {
        self.source.release();
    }

    fn secure(&self) -> Result<bool, StorageError> {
        self.source.secure()
    }

    fn is_at(&self, path: &Path) -> bool {
        self.source.is_at(path)
    }
}

/// A target of complex elements that takes pairs of floats.
struct PairSink {
    sink: Box<dyn Sink>,
    chunks: Shape,
}

/// A target for an array of this dtype and rank as the engine writes it.
pub fn sink(sink: Box<dyn Sink>, dtype: DType, rank: usize) -> Box<dyn Sink> {
    if dtype.kind() != Kind::Complex {
        return sink;
    }
    let chunks = sink.chunks().map_or_else(|| Shape::from_elem(1, rank), Shape::from);
    Box::new(PairSink { chunks: paired(&chunks), sink })
}

impl Sink for PairSink {
    fn chunks(&self) -> Option<&[usize]> {
        Some(&self.chunks)
    }

    fn write(&self, start: &[usize], shape: &[usize], data: &[u8]) -> Result<(), StorageError> {
        let last = shape.len() - 1;
        self.sink.write(&start[..last], &shape[..last], data)
    }

    fn commit(self: Box<Self>) -> Result<(), StorageError> {
        self.sink.commit()
    }
}
