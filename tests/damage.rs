//! Whole programs over damaged files: the right exit code, a message that names the file, the old
//! target or the whole new one, and nothing left over.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A file that some job reads: of the test files of the storage crate, or made by arr.
struct Case {
    file: &'static str,
    /// How it is loaded.
    load: &'static str,
}

/// Damaged copies of a file, by what was done to it.
fn copies(good: &[u8]) -> Vec<(String, Vec<u8>)> {
    let n = good.len();
    let mut out = vec![];
    for length in [0, 1, 7, n / 4, n / 2, n * 3 / 4, n - 1] {
        out.push((format!("{length} of {n} bytes"), good[..length].to_vec()));
    }
    let places = [4, 9, n / 8, n / 3, n / 2 + 1, n * 7 / 8];
    for at in places.into_iter().filter(|&at| at + 4 <= n) {
        let mut flipped = good.to_vec();
        flipped[at] ^= 0x55;
        out.push((format!("byte {at} changed"), flipped));
        let mut large = good.to_vec();
        large[at..at + 4].fill(0xff);
        out.push((format!("ones from byte {at} on"), large));
    }
    out
}

fn entries(directory: &Path) -> BTreeSet<PathBuf> {
    fs::read_dir(directory).unwrap().map(|e| e.unwrap().path()).collect()
}

/// Runs arr in a directory; exit code, standard output and error.
fn run(directory: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let started = Instant::now();
    let child = Command::new(env!("CARGO_BIN_EXE_arr"))
        .current_dir(directory)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(started.elapsed() < Duration::from_secs(60), "{args:?}");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (child.status.code(), text(child.stdout), text(child.stderr))
}

/// What a job over a good file writes.
fn content(directory: &Path, target: &str) -> Option<String> {
    let path = directory.join(target);
    path.exists().then(|| {
        let (code, out, err) = run(directory, &["-e", &format!("print(load({target:?}))")]);
        assert_eq!(code, Some(0), "{target} is whole: {err}");
        out
    })
}

fn check(case: &Case, memory: &str) {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("storage/tests/files");
    let good = fs::read(files.join(case.file)).unwrap();
    let job = format!(
        "x = {}\nsave(\"out.npy\", x * 2)\nsave(\"out.zarr\", x + 1)\nprint(x.shape)\n",
        case.load
    );
    fs::write(directory.join("job.arr"), job).unwrap();
    fs::write(directory.join(case.file), &good).unwrap();
    let args = ["run", "job.arr", "--memory", memory, "--spill-dir", "."];
    let (code, shape, err) = run(directory, &args);
    assert_eq!((code, err.as_str()), (Some(0), ""), "{}", case.file);
    let whole = entries(directory);
    for (what, bytes) in copies(&good) {
        for old in [false, true] {
            let what = format!("{} with {what}, memory {memory}, old {old}", case.file);
            for target in ["out.npy", "out.zarr"] {
                let path = directory.join(target);
                let _ = fs::remove_file(&path);
                let _ = fs::remove_dir_all(&path);
                if old {
                    let made = format!("save({target:?}, [1, 2, 3])");
                    assert_eq!(run(directory, &["-e", &made]).0, Some(0));
                }
            }
            let _ = fs::remove_file(directory.join(case.file));
            fs::write(directory.join(case.file), &bytes).unwrap();
            let (code, out, err) = run(directory, &args);
            match code {
                // Damage that changes a number only, or nothing.
                Some(0) => assert!(err.is_empty() && !out.is_empty(), "{what}: {err}"),
                // Shape and dtype are read before anything runs; the rest when it is needed. A
                // wrong size may be more than memory takes.
                Some(2..=5) => {
                    assert!(err.starts_with("error[E"), "{what}: {err}");
                    assert!(err.len() <= 4096, "{what}: {err}");
                    let named = err.contains(case.file) || code != Some(5);
                    assert!(named, "{what}: {err}");
                    assert!(!err.contains("panicked") && !err.contains(".rs:"), "{what}: {err}");
                    assert!(out.is_empty() || out == shape, "{what}: {out}");
                    let kept = content(directory, "out.npy");
                    let expected = old.then(|| "[1 2 3]\n".to_string());
                    assert!(kept == expected, "{what}: {kept:?}");
                }
                _ => panic!("{what}: {code:?} {out} {err}"),
            }
            content(directory, "out.zarr");
            let left: Vec<PathBuf> = entries(directory).difference(&whole).cloned().collect();
            assert!(left.is_empty(), "{what}: {left:?}");
        }
    }
}

/// One test per format, so that they run side by side.
macro_rules! cases {
    ($($name:ident: $file:literal, $load:literal;)*) => {
        $(#[test]
        fn $name() {
            check(&Case { file: $file, load: $load }, "256MiB");
        })*
    };
}

cases! {
    npy: "79.npy", "load(\"79.npy\")";
    npz: "packed.npz", "load(\"packed.npz\")";
    netcdf: "classic.nc", "load(\"classic.nc\", name=\"t2m\")";
    hdf5: "several.h5", "load(\"several.h5\", name=\"chunked\")";
    text: "header.csv", "load(\"header.csv\")";
    png: "rgb.png", "load(\"rgb.png\")";
    jpeg: "colour.jpg", "load(\"colour.jpg\")";
    tiff: "strips.tif", "load(\"strips.tif\")";
}

#[test]
fn in_parts() {
    check(&Case { file: "tiles.tif", load: "load(\"tiles.tif\")" }, "1MiB");
}

#[test]
fn no_entry_of_a_tiff_makes_its_decoder_talk() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("storage/tests/files");
    let good = fs::read(files.join("geo.tif")).unwrap();
    let u = |at: usize, n: usize| {
        good[at..at + n].iter().rev().fold(0usize, |sum, &b| sum << 8 | usize::from(b))
    };
    assert!(good.starts_with(b"II"));
    let at = u(4, 4);
    for entry in 0..u(at, 2) {
        let entry = at + 2 + entry * 12;
        let mut bad = good.clone();
        // A text of two gigabytes.
        bad[entry + 2..entry + 8].copy_from_slice(&[2, 0, 0xff, 0xff, 0xff, 0x7f]);
        fs::write(directory.join("a.tif"), &bad).unwrap();
        let (code, out, err) = run(directory, &["-e", "print(load(\"a.tif\").sum())"]);
        assert_eq!((code, out.as_str()), (Some(5), ""), "{err}");
        assert!(err.starts_with("error[E") && err.contains("a.tif"), "{err}");
        assert!(!err.contains(".rs:"), "{err}");
    }
}
