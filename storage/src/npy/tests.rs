//! Files as NumPy writes them (`tests/numpy/npy.txt`), damaged files, and saving.

use super::*;
use crate::CreateOptions;
use arr_ir::dtype::Scalar;
use std::fs::{self, File};

/// An array in memory.
struct Array {
    dtype: DType,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

fn load(file: &NpyFile) -> Result<Vec<u8>, StorageError> {
    let mut out = vec![0xaa; count(file.shape()) * file.dtype().size()];
    file.read(&vec![0; file.shape().len()], file.shape(), &mut out, &GO)?;
    Ok(out)
}

fn create(path: &Path, dtype: DType, shape: &[usize]) -> Result<Box<dyn Sink>, StorageError> {
    super::create(path, dtype, shape, &CreateOptions::default())
}

fn save(path: &Path, array: &Array) -> Result<(), StorageError> {
    let sink = create(path, array.dtype, &array.shape)?;
    sink.write(&vec![0; array.shape.len()], &array.shape, &array.bytes)?;
    sink.commit()
}

fn unhex(text: &str) -> Vec<u8> {
    let digit = |b: u8| (b as char).to_digit(16).unwrap() as u8;
    text.as_bytes().chunks(2).map(|p| digit(p[0]) << 4 | digit(p[1])).collect()
}

fn directory() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

static GO: AtomicBool = AtomicBool::new(false);

#[test]
fn files_of_numpy_load_to_their_elements() {
    let text = include_str!("../../../tests/numpy/npy.txt");
    let directory = directory();
    let path = directory.path().join("case.npy");
    let mut cases = 0;
    for block in text.trim().split("\n\n") {
        let lines: Vec<(&str, &str)> =
            block.lines().map(|l| l.split_once(' ').unwrap_or((l, ""))).collect();
        let (kind, name) = lines[0];
        let field = |key: &str| lines.iter().find(|l| l.0 == key).unwrap().1;
        fs::write(&path, unhex(field("file"))).unwrap();
        let opened = open(&path);
        cases += 1;
        if kind == "refused" {
            let error = opened.err().unwrap_or_else(|| panic!("{name} was opened")).to_string();
            assert!(error.contains(field("says")), "{name}: {error}");
            assert!(error.len() < 400 && error.contains("case.npy"), "{name}: {error}");
            continue;
        }
        let file = opened.unwrap_or_else(|e| panic!("{name}: {e}"));
        let shape: Vec<usize> = field("shape")
            .split(',')
            .filter(|s| !s.is_empty())
            .map(|s| s.parse().unwrap())
            .collect();
        assert_eq!((file.dtype().name(), file.shape()), (field("dtype"), &shape[..]), "{name}");
        assert_eq!(load(&file).unwrap(), unhex(field("bytes")), "{name}");
    }
    assert!(cases > 70);
}

fn numbers(shape: &[usize]) -> Array {
    let bytes = (0..count(shape)).flat_map(|i| (i as f64).to_le_bytes()).collect();
    Array { dtype: DType::F64, shape: shape.into(), bytes }
}

#[test]
fn what_is_saved_loads_again_with_every_dtype() {
    let directory = directory();
    let path = directory.path().join("a.npy");
    for dtype in DType::ALL {
        for shape in [&[][..], &[0, 3], &[7], &[2, 3, 4]] {
            let bytes: Vec<u8> = (0..count(shape))
                .flat_map(|i| {
                    let bits = Scalar::from_i128(i as i128 - 3, dtype).bits;
                    bits.to_le_bytes()[..dtype.size()].to_vec()
                })
                .collect();
            let array = Array { dtype, shape: shape.into(), bytes };
            save(&path, &array).unwrap();
            let file = open(&path).unwrap();
            assert_eq!((file.dtype(), file.shape()), (dtype, shape));
            assert_eq!(load(&file).unwrap(), array.bytes);
        }
    }
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn an_open_file_keeps_its_content_when_it_is_replaced() {
    let directory = directory();
    let path = directory.path().join("a.npy");
    save(&path, &numbers(&[4])).unwrap();
    let old = open(&path).unwrap();
    let released = open(&path).unwrap();
    released.release();
    assert!(released.is_at(&path));
    released.secure().unwrap();
    save(&path, &numbers(&[2, 5])).unwrap();
    for file in [&old, &released] {
        assert_eq!(load(file).unwrap(), numbers(&[4]).bytes);
    }
    // Without the descriptor, the replaced file is an error and never other numbers.
    old.release();
    let error = load(&old).err().unwrap().to_string();
    assert!(error.contains("changed after it was opened"), "{error}");
}

#[test]
fn a_file_that_shrinks_is_an_error() {
    let directory = directory();
    let path = directory.path().join("a.npy");
    save(&path, &numbers(&[1000])).unwrap();
    let file = open(&path).unwrap();
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(500).unwrap();
    let error = load(&file).err().unwrap().to_string();
    assert!(error.contains("ends too early"), "{error}");
}

#[test]
fn an_abandoned_or_failed_save_leaves_the_target_and_no_temporary() {
    let directory = directory();
    let path = directory.path().join("a.npy");
    save(&path, &numbers(&[4])).unwrap();
    let before = fs::read(&path).unwrap();
    let sink = create(&path, DType::F64, &[9]).unwrap();
    sink.write(&[2], &[3], &[0; 24]).unwrap();
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
    drop(sink);
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    let missing = directory.path().join("none").join("a.npy");
    let error = save(&missing, &numbers(&[4])).unwrap_err().to_string();
    assert!(error.contains("no such file or directory"), "{error}");
    let error = save(directory.path(), &numbers(&[4])).unwrap_err().to_string();
    assert!(error.contains("directory"), "{error}");
}

#[test]
fn leftovers_of_killed_writers_are_removed_and_others_stay() {
    let directory = directory();
    let dead = directory.path().join(".a.npy.99-0.arr-tmp");
    let alive = directory.path().join(".a.npy.99-1.arr-tmp");
    let other = directory.path().join(".b.npy.99-0.arr-tmp");
    for path in [&dead, &alive, &other] {
        fs::write(path, b"partial").unwrap();
    }
    let held = File::open(&alive).unwrap();
    held.lock().unwrap();
    save(&directory.path().join("a.npy"), &numbers(&[4])).unwrap();
    assert!(!dead.exists() && alive.exists() && other.exists());
}

#[test]
fn a_link_is_followed_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let directory = directory();
    let (real, link) = (directory.path().join("real.npy"), directory.path().join("link.npy"));
    save(&real, &numbers(&[4])).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real.npy", &link).unwrap();
    save(&link, &numbers(&[5])).unwrap();
    assert!(link.is_symlink());
    assert_eq!(open(&real).unwrap().shape(), &[5]);
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn reading_respects_the_stop_flag() {
    let directory = directory();
    let path = directory.path().join("a.npy");
    save(&path, &numbers(&[100_000])).unwrap();
    let file = open(&path).unwrap();
    let mut out = vec![0; 800_000];
    let stop = AtomicBool::new(true);
    assert_eq!(file.read(&[0], &[100_000], &mut out, &stop), Err(StorageError::Interrupted));
}

#[test]
fn paths_that_are_no_files() {
    let directory = directory();
    let say = |path: &Path| open(path).err().unwrap().to_string();
    assert!(say(&directory.path().join("x.npy")).ends_with("no such file or directory"));
    assert!(say(directory.path()).ends_with("it is a directory"));
    assert!(say(Path::new("/dev/null")).ends_with("it is not a regular file"));
}

#[test]
fn damaged_headers_never_panic() {
    let directory = directory();
    let path = directory.path().join("a.npy");
    save(&path, &numbers(&[3, 4])).unwrap();
    let good = fs::read(&path).unwrap();
    for place in 0..128 {
        for value in [0u8, 0x27, 0x28, 0x39, 0x5b, 0x7b, 0x80, 0xff] {
            let mut bad = good.clone();
            bad[place] = value;
            fs::write(&path, &bad).unwrap();
            if let Ok(file) = open(&path) {
                let _ = load(&file);
            }
        }
    }
}

/// The elements of a box, picked one by one.
fn picked(array: &Array, start: &[usize], shape: &[usize]) -> Vec<u8> {
    let size = array.dtype.size();
    let strides = arr_ir::shape::row_major(&array.shape);
    let mut out = vec![];
    arr_ir::oracle::each_index(shape, |index| {
        let at = index.iter().zip(start).zip(&strides);
        let at: usize = at.map(|((i, s), &stride)| (i + s) * stride as usize).sum();
        out.extend_from_slice(&array.bytes[at * size..(at + 1) * size]);
    });
    out
}

/// Boxes of a shape: all small ones, and some of the others.
fn boxes_of(shape: &[usize]) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut found = vec![(vec![], vec![])];
    for &n in shape {
        let edges = [(0, n), (0, n / 2), (n / 3, n - n / 3), (n - 1, 1), (n / 2, 0)];
        found = found
            .into_iter()
            .flat_map(|(start, size): (Vec<usize>, Vec<usize>)| {
                edges.map(|(s, n)| ([&start[..], &[s]].concat(), [&size[..], &[n]].concat()))
            })
            .collect();
    }
    found
}

#[test]
fn boxes_are_read_and_written_in_either_order() {
    let directory = directory();
    let path = directory.path().join("a.npy");
    for shape in [&[7][..], &[5, 6], &[3, 40, 500], &[2, 3, 4, 5], &[3, 9000]] {
        let array = numbers(shape);
        // Written by boxes: the halves along the last axis.
        let sink = create(&path, array.dtype, shape).unwrap();
        let (last, half) = (shape.len() - 1, shape[shape.len() - 1] / 2);
        for (from, n) in [(half, shape[last] - half), (0, half)] {
            let (mut start, mut size) = (vec![0; shape.len()], shape.to_vec());
            (start[last], size[last]) = (from, n);
            sink.write(&start, &size, &picked(&array, &start, &size)).unwrap();
        }
        sink.commit().unwrap();
        assert_eq!(load(&open(&path).unwrap()).unwrap(), array.bytes);
        // The same bytes read as column-major are the transposed array.
        let mut bytes = fs::read(&path).unwrap();
        let flipped = directory.path().join("f.npy");
        let place = bytes.windows(5).position(|w| w == b"False").unwrap();
        bytes[place..place + 5].copy_from_slice(b"True ");
        fs::write(&flipped, &bytes).unwrap();
        let (row, column) = (open(&path).unwrap(), open(&flipped).unwrap());
        let whole = load(&column).unwrap();
        let transposed = Array { dtype: DType::F64, shape: shape.into(), bytes: whole };
        for (start, size) in boxes_of(shape) {
            let mut out = vec![0xaa; count(&size) * 8];
            row.read(&start, &size, &mut out, &GO).unwrap();
            assert!(out == picked(&array, &start, &size), "{shape:?} {start:?} {size:?}");
            column.read(&start, &size, &mut out, &GO).unwrap();
            assert!(out == picked(&transposed, &start, &size), "{shape:?} {start:?} {size:?}");
        }
    }
}

#[test]
fn a_device_takes_an_array_in_order() {
    let sink = create(Path::new("/dev/null"), DType::F64, &[4, 4]).unwrap();
    sink.write(&[2, 0], &[2, 4], &[0; 64]).unwrap();
    sink.commit().unwrap();
    let sink = create(Path::new("/dev/full"), DType::F64, &[4]).unwrap();
    let error = sink.commit().unwrap_err().to_string();
    assert!(error.contains("no space left"), "{error}");
}
