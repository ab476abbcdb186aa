//! Arrays that do not fit into memory, in files of a private directory.
//!
//! Invariants: the directory is readable by its owner only, has an unpredictable name, and is gone
//! after every end of the process that the process lives to see; what a killed process left is
//! removed by the next one. Every chunk carries a checksum of its bytes, so that what is read is
//! what was written, or an error. Bytes on disk never exceed the limit.

use arr_ir::dtype::DType;
use arr_ir::shape::{Shape, count};
use arr_storage::boxes::{Around, copy};
use arr_storage::{Attributes, Keeper, Kept, Source, StorageError, reason};
use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// How directories of spilled arrays are called, before what tells them apart.
const PREFIX: &str = "arr-spill-";
/// The file that a living process holds a lock on.
const LOCK: &str = "lock";
/// Chunks between two looks whether compressing pays.
const SAMPLE: u64 = 32;
/// Locks of the chunks of an array.
const LOCKS: usize = 64;

/// Where spilled arrays go.
pub struct SpillDir {
    root: PathBuf,
    limit: Option<u64>,
    made: Mutex<Option<Made>>,
    used: AtomicU64,
    most: AtomicU64,
    written: AtomicU64,
    read: AtomicU64,
    names: AtomicU64,
}

/// A directory that exists, and the lock that says that its process lives.
struct Made {
    directory: tempfile::TempDir,
    _lock: File,
}

/// What was spilled so far, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct SpillStats {
    /// On disk now.
    pub used: u64,
    /// On disk at most at once.
    pub most: u64,
    /// Written.
    pub written: u64,
    /// Read back.
    pub read: u64,
}

fn failed(path: &Path, verb: &str, error: &io::Error) -> StorageError {
    StorageError::File(format!("cannot {verb} `{}`: {}", path.display(), reason(error)))
}

impl SpillDir {
    /// Spilled arrays under `root`, of `limit` bytes at most (without one: what the disk has).
    /// Nothing is made before something is spilled.
    pub fn new(root: PathBuf, limit: Option<u64>) -> Arc<SpillDir> {
        Arc::new(SpillDir {
            root,
            limit,
            made: Mutex::default(),
            used: AtomicU64::new(0),
            most: AtomicU64::new(0),
            written: AtomicU64::new(0),
            read: AtomicU64::new(0),
            names: AtomicU64::new(0),
        })
    }

    /// The directory under which it spills.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The counters.
    pub fn stats(&self) -> SpillStats {
        let get = |n: &AtomicU64| n.load(Ordering::Relaxed);
        SpillStats {
            used: get(&self.used),
            most: get(&self.most),
            written: get(&self.written),
            read: get(&self.read),
        }
    }

    /// Bytes that may still be spilled: what the limit leaves, and what the disk has.
    pub fn free(&self) -> u64 {
        let limit = self.limit.unwrap_or(u64::MAX).saturating_sub(self.stats().used);
        limit.min(free_bytes(&self.root).unwrap_or(u64::MAX))
    }

    /// Removes the directory; what is spilled stays readable as long as it is held.
    pub fn close(&self) {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn file(&self) -> Result<File, StorageError> {
        let (file, path) = self.named("")?;
        // The name is not needed: the space is free as soon as the descriptor is closed.
        std::fs::remove_file(&path).map_err(|e| failed(&path, "write", &e))?;
        Ok(file)
    }

    /// A new file and its path, whose name ends like this.
    fn named(&self, ending: &str) -> Result<(File, PathBuf), StorageError> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if made.is_none() {
            *made = Some(self.make()?);
        }
        let directory = made.as_ref().expect("just made").directory.path();
        let number = self.names.fetch_add(1, Ordering::Relaxed);
        let path = directory.join(format!("{number}{ending}"));
        let file =
            OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path);
        let file = file.map_err(|e| failed(&path, "write", &e))?;
        Ok((file, path))
    }

    fn make(&self) -> Result<Made, StorageError> {
        sweep(&self.root);
        let directory = tempfile::Builder::new()
            .prefix(PREFIX)
            .rand_bytes(12)
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(&self.root)
            .map_err(|e| failed(&self.root, "make a directory for spilled arrays in", &e))?;
        let path = directory.path().join(LOCK);
        let lock = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let lock = lock.and_then(|lock| lock.lock().map(|()| lock));
        let lock = lock.map_err(|e| failed(&path, "write", &e))?;
        Ok(Made { directory, _lock: lock })
    }

    fn take(&self, bytes: u64) -> Result<(), StorageError> {
        let used = self.used.fetch_add(bytes, Ordering::Relaxed) + bytes;
        self.most.fetch_max(used, Ordering::Relaxed);
        match self.limit {
            Some(limit) if used > limit => {
                self.used.fetch_sub(bytes, Ordering::Relaxed);
                Err(StorageError::File(format!(
                    "the limit of {limit} bytes for spilled arrays in `{}` is used up",
                    self.root.display()
                )))
            }
            _ => Ok(()),
        }
    }
}

/// A named file in the directory.
struct Copied {
    directory: Arc<SpillDir>,
    path: PathBuf,
    bytes: u64,
}

impl Keeper for SpillDir {
    fn keep(self: Arc<Self>, bytes: u64, ending: &str) -> Result<Box<dyn Kept>, StorageError> {
        self.take(bytes)?;
        let kept = |path| Copied { directory: self.clone(), path, bytes };
        match self.named(ending) {
            Ok((_, path)) => Ok(Box::new(kept(path))),
            Err(error) => {
                self.used.fetch_sub(bytes, Ordering::Relaxed);
                Err(error)
            }
        }
    }
}

impl Kept for Copied {
    fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Copied {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
        self.directory.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Removes what killed processes left: directories whose lock nobody holds.
fn sweep(root: &Path) {
    let Ok(entries) = std::fs::read_dir(root) else { return };
    for path in entries.flatten().map(|e| e.path()) {
        let ours = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(PREFIX));
        if !ours || path.is_symlink() {
            continue;
        }
        // A directory without a lock is one that somebody is about to lock.
        let lock = OpenOptions::new().write(true).open(path.join(LOCK));
        if lock.is_ok_and(|lock| lock.try_lock().is_ok()) {
            let _ = std::fs::remove_dir_all(&path);
        }
    }
}

/// Bytes that the file system of a path has free for us.
pub fn free_bytes(path: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(path).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

/// What is known of a chunk.
#[derive(Clone, Copy, Default)]
struct Entry {
    /// Bytes in the file; 0 for a chunk that was never written: zeros.
    bytes: u32,
    /// The most bytes that it ever had there.
    room: u32,
    checksum: u32,
    compressed: bool,
}

/// An array in a file of the spill directory. It is written by boxes and read by boxes; what was
/// never written is zeros. Every chunk has its place, as large as the chunk is unpacked: a file
/// with holes, which takes no more than the array does however often chunks are written again.
/// Its space is free again when it is dropped.
pub struct Spilled {
    dtype: DType,
    shape: Shape,
    chunk: Shape,
    grid: Shape,
    file: File,
    entries: Mutex<Vec<Entry>>,
    /// Bytes of all chunks.
    taken: AtomicU64,
    /// Chunks until compressing is tried again.
    skip: AtomicU64,
    /// By chunk number: a chunk is not read while it is written in place.
    locks: [RwLock<()>; LOCKS],
    home: Arc<SpillDir>,
    attributes: Attributes,
}

impl Drop for Spilled {
    fn drop(&mut self) {
        self.home.used.fetch_sub(*self.taken.get_mut(), Ordering::Relaxed);
    }
}

impl Spilled {
    /// An array of zeros, in chunks of a shape whose bytes fit 31 bits.
    ///
    /// # Errors
    /// The directory or the file cannot be made.
    pub fn new(
        home: &Arc<SpillDir>,
        dtype: DType,
        shape: &[usize],
        chunk: &[usize],
    ) -> Result<Spilled, StorageError> {
        let chunk: Shape = chunk.iter().map(|&c| c.max(1)).collect();
        let grid: Shape = shape.iter().zip(&chunk).map(|(&n, &c)| n.div_ceil(c)).collect();
        Ok(Spilled {
            dtype,
            shape: shape.into(),
            chunk,
            file: home.file()?,
            entries: Mutex::new(vec![Entry::default(); count(&grid)]),
            grid,
            taken: AtomicU64::new(0),
            skip: AtomicU64::new(0),
            locks: std::array::from_fn(|_| RwLock::new(())),
            home: home.clone(),
            attributes: Attributes::default(),
        })
    }

    /// Writes a box; disjoint boxes may be written at once.
    ///
    /// # Errors
    /// The disk or the limit is full, or writing failed.
    pub fn write(&self, start: &[usize], shape: &[usize], data: &[u8]) -> Result<(), StorageError> {
        self.each_chunk(start, shape, |number, from, size| {
            let inside = |d: usize| from[d] >= start[d] && from[d] + size[d] <= start[d] + shape[d];
            let bytes = count(size) * self.dtype.size();
            let mut chunk = vec![0; bytes];
            let _one = self.locks[number % LOCKS].write().unwrap_or_else(PoisonError::into_inner);
            let (whole, part) =
                (Around { origin: from, shape: size }, Around { origin: start, shape });
            if (0..size.len()).all(inside) {
                copy(&part, data, &whole, &mut chunk, self.dtype.size());
                return self.put(number, &chunk);
            }
            self.fetch(number, &mut chunk)?;
            copy(&part, data, &whole, &mut chunk, self.dtype.size());
            self.put(number, &chunk)
        })
    }

    /// Calls `each` with number, first index and shape of every chunk that a box meets.
    fn each_chunk(
        &self,
        start: &[usize],
        shape: &[usize],
        mut each: impl FnMut(usize, &[usize], &[usize]) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        if shape.contains(&0) {
            return Ok(());
        }
        let rank = shape.len();
        let first: Shape = (0..rank).map(|d| start[d] / self.chunk[d]).collect();
        let end: Shape = (0..rank).map(|d| (start[d] + shape[d]).div_ceil(self.chunk[d])).collect();
        let mut index = first.clone();
        loop {
            let number = (0..rank).fold(0, |n, d| n * self.grid[d] + index[d]);
            let from: Shape = (0..rank).map(|d| index[d] * self.chunk[d]).collect();
            let size: Shape =
                (0..rank).map(|d| self.chunk[d].min(self.shape[d] - from[d])).collect();
            each(number, &from, &size)?;
            let mut d = rank;
            loop {
                if d == 0 {
                    return Ok(());
                }
                d -= 1;
                index[d] += 1;
                if index[d] < end[d] {
                    break;
                }
                index[d] = first[d];
            }
        }
    }

    /// Where a chunk lies.
    fn offset(&self, number: usize) -> u64 {
        number as u64 * (count(&self.chunk) * self.dtype.size()) as u64
    }

    fn entry(&self, number: usize) -> Entry {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)[number]
    }

    fn put(&self, number: usize, chunk: &[u8]) -> Result<(), StorageError> {
        let tried =
            self.skip.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1));
        let packed = tried.is_err().then(|| lz4_flex::block::compress(chunk));
        let packed = packed.filter(|p| p.len() < chunk.len() / 5 * 4);
        if tried.is_err() && packed.is_none() {
            self.skip.store(SAMPLE, Ordering::Relaxed);
        }
        let (bytes, compressed) = match &packed {
            Some(packed) => (packed.as_slice(), true),
            None => (chunk, false),
        };
        let mut entry = self.entry(number);
        let room = bytes.len() as u32;
        if room > entry.room {
            let more = u64::from(room - entry.room);
            self.home.take(more)?;
            self.taken.fetch_add(more, Ordering::Relaxed);
            entry.room = room;
        }
        self.file
            .write_all_at(bytes, self.offset(number))
            .map_err(|e| failed(self.home.root(), "spill to", &e))?;
        entry.bytes = bytes.len() as u32;
        entry.checksum = crc32fast::hash(bytes);
        entry.compressed = compressed;
        self.home.written.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)[number] = entry;
        Ok(())
    }

    fn fetch(&self, number: usize, chunk: &mut [u8]) -> Result<(), StorageError> {
        let entry = self.entry(number);
        if entry.bytes == 0 {
            chunk.fill(0);
            return Ok(());
        }
        let damaged = || {
            let root = self.home.root().display();
            StorageError::File(format!("a spilled array in `{root}` is damaged on the disk"))
        };
        let read = |to: &mut [u8]| {
            self.file
                .read_exact_at(to, self.offset(number))
                .map_err(|e| failed(self.home.root(), "read what was spilled to", &e))?;
            self.home.read.fetch_add(to.len() as u64, Ordering::Relaxed);
            if crc32fast::hash(to) == entry.checksum { Ok(()) } else { Err(damaged()) }
        };
        if !entry.compressed {
            return read(chunk);
        }
        let mut packed = vec![0; entry.bytes as usize];
        read(&mut packed)?;
        match lz4_flex::block::decompress_into(&packed, chunk) {
            Ok(n) if n == chunk.len() => Ok(()),
            _ => Err(damaged()),
        }
    }
}

impl Source for Spilled {
    fn dtype(&self) -> DType {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn chunks(&self) -> Option<&[usize]> {
        Some(&self.chunk)
    }

    fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    fn read(
        &self,
        start: &[usize],
        shape: &[usize],
        out: &mut [u8],
        stop: &AtomicBool,
    ) -> Result<(), StorageError> {
        self.each_chunk(start, shape, |number, from, size| {
            if stop.load(Ordering::Relaxed) {
                return Err(StorageError::Interrupted);
            }
            let _many = self.locks[number % LOCKS].read().unwrap_or_else(PoisonError::into_inner);
            if from == start && size == shape {
                return self.fetch(number, out);
            }
            let mut chunk = vec![0; count(size) * self.dtype.size()];
            self.fetch(number, &mut chunk)?;
            let (whole, part) =
                (Around { origin: from, shape: size }, Around { origin: start, shape });
            copy(&whole, &chunk, &part, out, self.dtype.size());
            Ok(())
        })
    }

    fn scratch(&self, _: &[usize]) -> usize {
        2 * count(&self.chunk) * self.dtype.size()
    }

    fn path(&self) -> &Path {
        self.home.root()
    }

    fn is_at(&self, _: &Path) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(n: usize) -> Vec<u8> {
        (0..n as u32).flat_map(u32::to_le_bytes).collect()
    }

    #[test]
    fn boxes_come_back_as_written() {
        let root = tempfile::tempdir().unwrap();
        let home = SpillDir::new(root.path().into(), None);
        for chunk in [[1, 1], [4, 3], [7, 10], [16, 16]] {
            let chunk: Shape = chunk.iter().zip([13, 11]).map(|(&c, n)| c.min(n)).collect();
            let array = Spilled::new(&home, DType::U32, &[13, 11], &chunk).unwrap();
            let all = ramp(13 * 11);
            for rows in [(0, 5), (5, 1), (6, 7)] {
                let bytes = &all[rows.0 * 44..(rows.0 + rows.1) * 44];
                array.write(&[rows.0, 0], &[rows.1, 11], bytes).unwrap();
            }
            let mut found = vec![0; 13 * 11 * 4];
            array.read(&[0, 0], &[13, 11], &mut found, &AtomicBool::new(false)).unwrap();
            assert_eq!(found, all);
            let mut part = vec![0; 4 * 2 * 4];
            array.read(&[3, 9], &[4, 2], &mut part, &AtomicBool::new(false)).unwrap();
            let value = |i: usize, j: usize| ((i * 11 + j) as u32).to_le_bytes();
            let expected: Vec<u8> =
                (3..7).flat_map(|i| [value(i, 9), value(i, 10)]).flatten().collect();
            assert_eq!(part, expected);
        }
        assert_eq!(home.stats().used, 0, "dropped arrays take no space");
        drop(home);
        assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0, "nothing is left");
    }

    #[test]
    fn left_overs_of_dead_processes_are_swept_and_those_of_living_ones_kept() {
        let root = tempfile::tempdir().unwrap();
        let dead = root.path().join("arr-spill-dead");
        std::fs::create_dir(&dead).unwrap();
        std::fs::write(dead.join(LOCK), "").unwrap();
        let living = SpillDir::new(root.path().into(), None);
        let one = Spilled::new(&living, DType::U8, &[4], &[4]).unwrap();
        assert!(!dead.exists());
        let other = SpillDir::new(root.path().into(), None);
        let two = Spilled::new(&other, DType::U8, &[4], &[4]).unwrap();
        assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 2);
        drop((one, two));
    }

    #[test]
    fn chunks_that_are_written_again_take_their_place_once() {
        let root = tempfile::tempdir().unwrap();
        let home = SpillDir::new(root.path().into(), Some(8192));
        let noise: Vec<u8> = (0..8192u64).map(|i| ((i * i * 2654435761) >> 13) as u8).collect();
        let array = Spilled::new(&home, DType::U8, &[8192], &[2048]).unwrap();
        for part in [&vec![0; 8192], &noise, &ramp(8192), &noise] {
            for start in (0..8192).step_by(512) {
                array.write(&[start], &[512], &part[start..start + 512]).unwrap();
            }
        }
        let mut out = vec![0; 8192];
        array.read(&[0], &[8192], &mut out, &AtomicBool::new(false)).unwrap();
        assert_eq!(out, noise);
        assert_eq!(home.stats().most, 8192);
    }

    #[test]
    fn a_full_limit_and_damage_are_errors() {
        let root = tempfile::tempdir().unwrap();
        let home = SpillDir::new(root.path().into(), Some(4000));
        let noise: Vec<u8> = (0..4096u64).map(|i| ((i * i * 2654435761) >> 13) as u8).collect();
        let array = Spilled::new(&home, DType::U8, &[8192], &[2048]).unwrap();
        array.write(&[0], &[1000], &noise[..1000]).unwrap();
        let full = array.write(&[4096], &[4096], &noise).unwrap_err();
        assert!(full.to_string().contains("limit of 4000 bytes"), "{full}");
        array.file.write_all_at(&[1, 2, 3], array.offset(0) + 5).unwrap();
        let mut out = [0; 10];
        let error = array.read(&[0], &[10], &mut out, &AtomicBool::new(false)).unwrap_err();
        assert!(error.to_string().contains("damaged"), "{error}");
    }
}
