//! Files that are copied to this machine to be read.

use crate::error::StorageError;
use std::path::Path;
use std::sync::Arc;

/// Where whole files are kept whose formats cannot be read over a network.
pub trait Keeper: Send + Sync {
    /// A new empty file that will have so many bytes, and a name that ends with `ending`.
    ///
    /// # Errors
    /// There is no room for it.
    fn keep(self: Arc<Self>, bytes: u64, ending: &str) -> Result<Box<dyn Kept>, StorageError>;
}

/// A file that is removed when this is dropped.
pub trait Kept: Send + Sync {
    /// Where it is.
    fn path(&self) -> &Path;
}
