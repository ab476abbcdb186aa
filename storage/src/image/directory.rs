//! The directories of a TIFF file, looked through before a decoder sees them: what their entries
//! claim to have is no more than the file has.

use super::tiff::MAX_PAGES;
use std::fs::File;
use std::os::unix::fs::FileExt;

/// The most entries of a directory.
const MAX_ENTRIES: u64 = 4096;

/// A file in its byte order.
struct Bytes<'a> {
    file: &'a File,
    size: u64,
    little: bool,
}

impl Bytes<'_> {
    /// The unsigned number of `N` bytes at a place; none beyond the end.
    fn number<const N: usize>(&self, at: u64) -> Option<u64> {
        let mut bytes = [0; N];
        self.file.read_exact_at(&mut bytes, at).ok()?;
        let mut wide = [0; 8];
        match self.little {
            true => wide[..N].copy_from_slice(&bytes),
            false => {
                bytes.reverse();
                wide[..N].copy_from_slice(&bytes);
            }
        }
        Some(u64::from_le_bytes(wide))
    }

    /// Checks the entries of a directory; the place of the next one, 0 after the last.
    fn directory(&self, at: u64, large: bool) -> Option<u64> {
        let (head, entry) = if large { (8, 20) } else { (2, 12) };
        let n = if large { self.number::<8>(at) } else { self.number::<2>(at) }?;
        if n > MAX_ENTRIES {
            return None;
        }
        let first = at.checked_add(head)?;
        for i in 0..n {
            let at = first.checked_add(i * entry)?;
            let each = bytes_of(self.number::<2>(at + 2)?);
            let count = if large { self.number::<8>(at + 4) } else { self.number::<4>(at + 4) }?;
            if count.checked_mul(each).is_none_or(|bytes| bytes > self.size) {
                return None;
            }
        }
        let next = first.checked_add(n * entry)?;
        if large { self.number::<8>(next) } else { self.number::<4>(next) }
    }
}

/// Bytes of an element of a type (TIFF 6.0, section 2, and BigTIFF); of others as little as can be.
fn bytes_of(kind: u64) -> u64 {
    match kind {
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16 | 17 | 18 => 8,
        _ => 1,
    }
}

/// Looks through all directories of a file of `size` bytes.
///
/// # Errors
/// Why a decoder should not see it.
pub(super) fn check(file: &File, size: u64) -> Result<(), String> {
    let mut start = [0; 4];
    let read = file.read_exact_at(&mut start, 0);
    let (little, large) = match (read, &start) {
        (Ok(()), b"II\x2a\0") => (true, false),
        (Ok(()), b"II\x2b\0") => (true, true),
        (Ok(()), b"MM\0\x2a") => (false, false),
        (Ok(()), b"MM\0\x2b") => (false, true),
        _ => return Err("it is no TIFF image".into()),
    };
    let bytes = Bytes { file, size, little };
    let damaged = || "its directory is damaged or truncated".to_string();
    let first = if large { bytes.number::<8>(8) } else { bytes.number::<4>(4) };
    let mut at = first.ok_or_else(damaged)?;
    let mut pages = 0;
    while at != 0 {
        if pages == MAX_PAGES {
            return Err("it has too many pages, or their order is damaged".into());
        }
        at = bytes.directory(at, large).ok_or_else(damaged)?;
        pages += 1;
    }
    Ok(())
}
