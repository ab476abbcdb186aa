//! A file's elements under another shape of the same count.

use super::transfer::read_reshaped;
use crate::engine::RunError;
use arr_ir::dtype::DType;
use arr_ir::shape::Shape;
use arr_storage::{Attributes, Source, StorageError};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// An array in a file, read under another shape.
pub struct Reshaped {
    source: Arc<dyn Source>,
    shape: Shape,
}

impl Reshaped {
    /// The elements of `source`, in row-major order, as an array of `shape` with as many.
    pub fn new(source: Arc<dyn Source>, shape: Shape) -> Reshaped {
        Reshaped { source, shape }
    }
}

impl Source for Reshaped {
    fn dtype(&self) -> DType {
        self.source.dtype()
    }

    fn shape(&self) -> &[usize] {
        &self.shape
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
        read_reshaped(&*self.source, &self.shape, start, shape, out, stop).map_err(|e| match e {
            RunError::File(text) => StorageError::File(text),
            _ => StorageError::Interrupted,
        })
    }

    fn scratch(&self, _: &[usize]) -> usize {
        let chunk: Shape = self.source.chunks().map_or_else(Shape::new, Shape::from);
        self.source.scratch(&chunk)
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
