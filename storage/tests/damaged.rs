//! Truncated and damaged files: an error or the same numbers, no panic, no memory for what is not
//! there.

use arr_ir::shape::count;
use arr_storage::{OpenOptions, StorageError, info, open};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// Small files, an array in each, and whether every flipped bit of an element must be noticed.
const FILES: &[(&str, &str, bool)] = &[
    ("79.npy", "", false),
    ("stored.npz", "a", true),
    ("packed.npz", "", true),
    ("several.h5", "deep/packed", false),
    ("several.h5", "chunked", false),
    ("several.h5", "complex", false),
    ("latest.h5", "many", false),
    ("modern.nc", "t2m", false),
    ("classic.nc", "t2m", false),
    ("offset64.nc", "wind", false),
    ("header.csv", "", false),
    ("quoted.csv", "", false),
    ("rgb.png", "", true),
    ("deep.png", "", true),
    ("palette.png", "", true),
    ("alpha.png", "", true),
    ("gray.png", "", true),
    ("smooth.jpg", "", false),
    ("colour.jpg", "", false),
    ("strips.tif", "", false),
    ("tiles.tif", "", false),
    ("pages.tif", "", false),
    ("geo.tif", "", false),
    ("rgb.tif", "", false),
    ("float.tif", "", false),
    ("big.tif", "", false),
];

/// The same of GRIB, of which flipped bits among packed numbers are other numbers.
#[cfg(feature = "grib")]
const GRIB: &[(&str, &str, bool)] = &[
    ("simple.grib1", "", false),
    ("simple_missing.grib2", "", false),
    ("spatial_missing.grib2", "", false),
    ("ieee.grib2", "", false),
    ("jpeg.grib2", "", false),
    ("png.grib2", "", false),
    ("ccsds.grib2", "", false),
    ("constant_jpeg.grib2", "", false),
    ("reduced.grib1", "", false),
    ("gaussian.grib2", "latitude", false),
    ("names.grib2", "t_hybrid", false),
    ("multi.grib2", "tp", false),
];
#[cfg(not(feature = "grib"))]
const GRIB: &[(&str, &str, bool)] = &[];

/// Damaged copies of each file.
const COPIES: usize = 600;
/// Files of fewer bytes are cut off after each of them, larger ones after so many.
const LENGTHS: usize = 1500;
/// The longest that a damaged file may take, in a build without optimizations on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);
/// Larger arrays are read in one element only.
const LARGE: usize = 8 << 20;

static GO: AtomicBool = AtomicBool::new(false);
static PANICS: Mutex<Vec<String>> = Mutex::new(vec![]);

type Content = (arr_ir::dtype::DType, Vec<usize>, Vec<u8>);

fn read(path: &Path, name: &str) -> Result<Option<Content>, StorageError> {
    let started = Instant::now();
    let found = content(path, name);
    assert!(started.elapsed() < PATIENCE, "{path:?} takes long");
    found
}

fn content(path: &Path, name: &str) -> Result<Option<Content>, StorageError> {
    let name = Some(name.to_string()).filter(|n| !n.is_empty());
    let options = OpenOptions { name, ..OpenOptions::default() };
    let _ = info(path.to_str().unwrap(), &OpenOptions::default());
    let source = open(path.to_str().unwrap(), &options)?;
    let shape = source.shape().to_vec();
    let size = source.dtype().size();
    let large = count(&shape) > LARGE / size;
    let part: Vec<usize> = shape.iter().map(|&n| if large { n.min(1) } else { n }).collect();
    let mut out = vec![0; count(&part) * size];
    source.read(&vec![0; part.len()], &part, &mut out, &GO)?;
    Ok((!large).then_some((source.dtype(), shape, out)))
}

/// The most memory that the process had, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() << 10
}

/// A sequence of numbers below `n`, the same in every run.
fn numbers(n: usize) -> impl Iterator<Item = usize> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % n as u64) as usize
    })
}

/// Writes a new file: some file systems flush one that is written over.
fn write(path: &Path, bytes: &[u8]) {
    let _ = std::fs::remove_file(path);
    std::fs::write(path, bytes).unwrap();
}

fn check(file: &str, name: &str, exact: bool, directory: &Path) {
    let folder = if file.contains(".grib") { "tests/grib" } else { "tests/files" };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let good = std::fs::read(folder.join(file)).unwrap();
    let expected = read(&folder.join(file), name).unwrap();
    let copy = directory.join(file);
    for length in (0..good.len()).step_by(good.len().div_ceil(LENGTHS)) {
        write(&copy, &good[..length]);
        if let Ok(found) = read(&copy, name)
            && found != expected
        {
            // A table that ends between two rows is a shorter table.
            let text = file.ends_with("csv");
            assert!(text, "{file}: {length} bytes");
        }
    }
    for bit in numbers(good.len() * 8).take(COPIES) {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        write(&copy, &bad);
        if let Ok(found) = read(&copy, name)
            && exact
        {
            assert!(found == expected, "{file}: bit {bit}");
        }
    }
    // Four bytes of ones: sizes as large as can be.
    for at in numbers(good.len() - 4).take(COPIES / 2) {
        let mut bad = good.clone();
        bad[at..at + 4].fill(0xff);
        write(&copy, &bad);
        let _ = read(&copy, name);
    }
}

#[test]
fn damage_is_an_error_or_no_matter() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(|l| l.to_string()).unwrap_or_default();
        PANICS.lock().unwrap().push(format!("{place}: {info}"));
    }));
    let directory: PathBuf =
        std::env::temp_dir().join(format!("arr-damaged-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let before = peak();
    let mut failed = vec![];
    let only = std::env::var("ARR_CASE").unwrap_or_default();
    for (file, name, exact) in FILES.iter().chain(GRIB).filter(|f| f.0.contains(&only)) {
        let checked = std::panic::catch_unwind(|| check(file, name, *exact, &directory));
        if checked.is_err() {
            failed.push(*file);
        }
    }
    let grown = peak() - before;
    let _ = std::panic::take_hook();
    let _ = std::fs::remove_dir_all(&directory);
    let panics = PANICS.lock().unwrap();
    assert!(failed.is_empty(), "{failed:?}: {panics:#?}");
    // Decoders of others may panic: that becomes an error. Ours do not.
    let ours = panics.iter().filter(|p| p.contains("storage/src")).collect::<Vec<_>>();
    assert!(ours.is_empty(), "{ours:#?}");
    assert!(grown < 64 << 20, "{} MiB", grown >> 20);
    println!("{} panics inside decoders, {} MiB", panics.len(), grown >> 20);
}
