//! The operations on the file system that writing is made of.
//!
//! All writing goes through [`Files`], so that tests can make any single operation fail and look
//! at what is left.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// The file system, for writing.
pub(crate) trait Files: Send + Sync {
    /// Creates a file that must not exist, and locks it while it is open.
    fn create(&self, path: &Path) -> io::Result<Box<dyn Output>>;
    /// Creates a directory that must not exist.
    fn create_dir(&self, path: &Path) -> io::Result<()>;
    /// Renames a file or directory; a file at the new name is replaced.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Exchanges what two names stand for, at once; not every file system can.
    fn exchange(&self, a: &Path, b: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove_file(&self, path: &Path) -> io::Result<()>;
    /// Removes a directory and all in it.
    fn remove_dir_all(&self, path: &Path) -> io::Result<()>;
    /// Makes the names in a directory durable.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;
}

/// A file being written.
pub(crate) trait Output: Send + Sync {
    /// Writes all bytes at a position.
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()>;
    /// Reads exactly what was written at a position.
    fn read_at(&self, out: &mut [u8], at: u64) -> io::Result<()>;
    /// Makes the file this long; what is new is zeros.
    fn set_len(&self, bytes: u64) -> io::Result<()>;
    /// Gives the file these permissions.
    fn set_permissions(&self, permissions: Permissions) -> io::Result<()>;
    /// Makes its content durable.
    fn sync(&self) -> io::Result<()>;
}

/// The real one.
pub(crate) struct Disk;

impl Files for Disk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn Output>> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
        let _ = file.try_lock();
        Ok(Box::new(file))
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    #[cfg(target_os = "linux")]
    fn exchange(&self, a: &Path, b: &Path) -> io::Result<()> {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        Ok(renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE)?)
    }

    #[cfg(not(target_os = "linux"))]
    fn exchange(&self, _a: &Path, _b: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_dir_all(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir_all(path)
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }
}

impl Output for File {
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        self.write_all_at(bytes, at)
    }

    fn read_at(&self, out: &mut [u8], at: u64) -> io::Result<()> {
        self.read_exact_at(out, at)
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        File::set_len(self, bytes)
    }

    fn set_permissions(&self, permissions: Permissions) -> io::Result<()> {
        File::set_permissions(self, permissions)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_all()
    }
}
