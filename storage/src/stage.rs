//! Arrays that pass through a temporary file: unpacked once to be read by boxes, or collected by
//! boxes to be written in order.
//!
//! The file has no name and vanishes with its descriptor.

use crate::boxes::Runs;
use crate::file::{PIECE, Stopped};
use crate::files::Output;
use crate::npy::read::runs_at;
use crate::npy::write::Layout;
use arr_ir::shape::count;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// A dense row-major array in a temporary file.
pub(crate) struct Stage {
    file: File,
    layout: Layout,
}

impl Stage {
    /// Zeros of this shape and size of elements, in a directory or the one for temporary files.
    pub(crate) fn new(shape: &[usize], size: usize, near: Option<&Path>) -> io::Result<Stage> {
        let file = match near {
            Some(directory) => tempfile::tempfile_in(directory)?,
            None => tempfile::tempfile()?,
        };
        file.set_len((count(shape) * size) as u64)?;
        Ok(Stage { file, layout: Layout { shape: shape.into(), size, start: 0 } })
    }

    /// Writes a box.
    pub(crate) fn write(&self, start: &[usize], shape: &[usize], data: &[u8]) -> io::Result<()> {
        let put = |bytes: &[u8], at| Output::write_at(&self.file, bytes, at);
        self.layout.write(start, shape, data, put)
    }

    /// Reads a box.
    pub(crate) fn read(
        &self,
        start: &[usize],
        shape: &[usize],
        out: &mut [u8],
        stop: &AtomicBool,
    ) -> Result<(), Stopped> {
        let runs = Runs::new(&self.layout.shape, start, shape, self.layout.size);
        runs_at(&self.file, 0, &runs, out, stop)
    }

    /// Gives all elements in order, whole rows of `row` bytes at a time.
    pub(crate) fn in_order(
        &self,
        row: usize,
        mut each: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let total = count(&self.layout.shape) * self.layout.size;
        if total == 0 {
            return Ok(());
        }
        let most = (PIECE / row).max(1) * row;
        let mut piece = vec![0; most.min(total)];
        let mut at = 0;
        while at < total {
            let n = most.min(total - at);
            Output::read_at(&self.file, &mut piece[..n], at as u64)?;
            each(&piece[..n])?;
            at += n;
        }
        Ok(())
    }
}
