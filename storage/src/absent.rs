//! Object stores in a build without them: every address is refused, with the way to a build that
//! has them.

use crate::address::{Address, refused};
use crate::error::{StorageError, failure};
use crate::{CreateOptions, Info, Keeper, OpenOptions, Sink, Source};
use arr_ir::dtype::DType;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The object stores that a session reaches: none in this build.
#[derive(Clone, Debug, Default)]
pub struct Stores {}

impl Stores {
    /// The stores of a session with this stop flag, and a place for files that must be copied.
    pub fn new(_stop: Arc<AtomicBool>, _keeper: Arc<dyn Keeper>) -> Stores {
        Stores {}
    }
}

fn local(path: &str, verb: &str) -> Result<(), StorageError> {
    let Some(address) = Address::of(path) else { return Ok(()) };
    let why = refused(&address).unwrap_or(
        "this build of arr reads and writes files of this machine only; one with `cargo build \
         --features remote` reaches object stores",
    );
    Err(failure(verb, Path::new(path), why))
}

pub(crate) fn open(
    path: &str,
    _options: &OpenOptions,
) -> Result<Option<Arc<dyn Source>>, StorageError> {
    local(path, "read").map(|()| None)
}

pub(crate) fn info(path: &str, _options: &OpenOptions) -> Result<Option<Info>, StorageError> {
    local(path, "read").map(|()| None)
}

pub(crate) fn create(
    path: &str,
    _dtype: DType,
    _shape: &[usize],
    _options: &CreateOptions,
) -> Result<Option<Box<dyn Sink>>, StorageError> {
    local(path, "write").map(|()| None)
}
