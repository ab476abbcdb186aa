//! What goes wrong with files, in words.

use std::io;
use std::path::Path;

/// Why a file could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StorageError {
    /// Input or output failed, or the file is not what it should be: one sentence with the path,
    /// lower case, no full stop. It may repeat text of the path or of the file as it stands:
    /// whoever shows it escapes it.
    File(String),
    /// The stop flag was set.
    Interrupted,
}

impl std::fmt::Display for StorageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StorageError::File(text) => f.write_str(text),
            StorageError::Interrupted => f.write_str("interrupted"),
        }
    }
}

impl std::error::Error for StorageError {}

/// The error of failing to `verb` (read, write) a path.
pub(crate) fn failure(verb: &str, path: &Path, why: &str) -> StorageError {
    StorageError::File(format!("cannot {verb} `{}`: {why}", path.display()))
}

/// Why input or output failed: the usual reasons in plain words, the system's for the others.
pub fn reason(error: &io::Error) -> String {
    use io::ErrorKind::*;
    let text = match error.kind() {
        NotFound => "no such file or directory",
        PermissionDenied => "permission denied",
        IsADirectory => "it is a directory",
        NotADirectory => "a part of the path is not a directory",
        StorageFull => "no space left on the device",
        QuotaExceeded => "the disk quota is used up",
        ReadOnlyFilesystem => "the file system is read-only",
        InvalidFilename => "the name is too long or malformed",
        UnexpectedEof => "the file ends too early",
        _ => {
            let text = error.to_string();
            let end = text.find(" (os error").unwrap_or(text.len());
            return text[..end].to_lowercase();
        }
    };
    text.into()
}
