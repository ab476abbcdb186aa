//! GRIB in a build without it: every file is refused, with the way to a build that has it.

use crate::error::{StorageError, failure};
use crate::{Info, OpenOptions, Source};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const WHY: &str = "this build of arr does not read GRIB files; one with `cargo build --features \
                   grib` does";

pub(crate) fn open(
    path: &Path,
    _files: &[PathBuf],
    _options: &OpenOptions,
) -> Result<Arc<dyn Source>, StorageError> {
    Err(failure("read", path, WHY))
}

pub(crate) fn info(path: &Path) -> Result<Info, StorageError> {
    Err(failure("read", path, WHY))
}
