//! Files as NumPy writes them (`tests/numpy/npy.txt`), damaged files, and saving.

use super::*;
use arr_ir::dtype::Scalar;
use std::fs;
use std::sync::atomic::AtomicBool;

fn unhex(text: &str) -> Vec<u8> {
    let digit = |b: u8| (b as char).to_digit(16).unwrap() as u8;
    text.as_bytes().chunks(2).map(|p| digit(p[0]) << 4 | digit(p[1])).collect()
}

fn directory() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn pool() -> Arc<Pool> {
    Pool::new(64 << 20)
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
        assert_eq!(
            (file.dtype().name(), &file.shape()[..]),
            (field("dtype"), &shape[..]),
            "{name}"
        );
        let buffer = file.load(&pool(), &GO).unwrap();
        assert_eq!(buffer.bytes().unwrap(), unhex(field("bytes")), "{name}");
    }
    assert!(cases > 70);
}

fn numbers(pool: &Arc<Pool>, shape: &[usize]) -> Buffer {
    let count = arr_ir::shape::count(shape);
    let bytes: Vec<u8> = (0..count).flat_map(|i| (i as f64).to_le_bytes()).collect();
    Buffer::from_bytes(pool, DType::F64, Shape::from_slice(shape), &bytes).unwrap()
}

#[test]
fn what_is_saved_loads_again_with_every_dtype() {
    let directory = directory();
    let pool = pool();
    let path = directory.path().join("a.npy");
    for dtype in DType::ALL {
        for shape in [&[][..], &[0, 3], &[7], &[2, 3, 4]] {
            let count = arr_ir::shape::count(shape);
            let bytes: Vec<u8> = (0..count)
                .flat_map(|i| {
                    let bits = Scalar::from_i128(i as i128 - 3, dtype).bits;
                    bits.to_le_bytes()[..dtype.size()].to_vec()
                })
                .collect();
            let array = Buffer::from_bytes(&pool, dtype, Shape::from_slice(shape), &bytes).unwrap();
            save(&path, &array, &GO).unwrap();
            let file = open(&path).unwrap();
            assert_eq!((file.dtype(), &file.shape()[..]), (dtype, shape));
            assert_eq!(file.load(&pool, &GO).unwrap().bytes(), array.bytes());
        }
    }
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn an_open_file_keeps_its_content_when_it_is_replaced() {
    let directory = directory();
    let pool = pool();
    let path = directory.path().join("a.npy");
    save(&path, &numbers(&pool, &[4]), &GO).unwrap();
    let old = open(&path).unwrap();
    let released = open(&path).unwrap();
    released.release();
    assert!(released.is_at(&path));
    released.secure().unwrap();
    save(&path, &numbers(&pool, &[2, 5]), &GO).unwrap();
    for file in [&old, &released] {
        assert_eq!(file.load(&pool, &GO).unwrap().bytes(), numbers(&pool, &[4]).bytes());
    }
    // Without the descriptor, the replaced file is an error and never other numbers.
    old.release();
    let error = old.load(&pool, &GO).err().unwrap().to_string();
    assert!(error.contains("changed after it was opened"), "{error}");
}

#[test]
fn a_file_that_shrinks_is_an_error() {
    let directory = directory();
    let pool = pool();
    let path = directory.path().join("a.npy");
    save(&path, &numbers(&pool, &[1000]), &GO).unwrap();
    let file = open(&path).unwrap();
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(500).unwrap();
    let error = file.load(&pool, &GO).err().unwrap().to_string();
    assert!(error.contains("ends too early"), "{error}");
}

#[test]
fn a_stopped_or_failed_save_leaves_the_target_and_no_temporary() {
    let directory = directory();
    let pool = pool();
    let path = directory.path().join("a.npy");
    save(&path, &numbers(&pool, &[4]), &GO).unwrap();
    let before = fs::read(&path).unwrap();
    let stop = AtomicBool::new(true);
    assert_eq!(save(&path, &numbers(&pool, &[9]), &stop), Err(IoError::Interrupted));
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    let missing = directory.path().join("none").join("a.npy");
    let error = save(&missing, &numbers(&pool, &[4]), &GO).unwrap_err().to_string();
    assert!(error.contains("no such file or directory"), "{error}");
    let error = save(directory.path(), &numbers(&pool, &[4]), &GO).unwrap_err().to_string();
    assert!(error.contains("directory"), "{error}");
}

#[test]
fn leftovers_of_killed_writers_are_removed_and_others_stay() {
    let directory = directory();
    let pool = pool();
    let dead = directory.path().join(".a.npy.99-0.arr-tmp");
    let alive = directory.path().join(".a.npy.99-1.arr-tmp");
    let other = directory.path().join(".b.npy.99-0.arr-tmp");
    for path in [&dead, &alive, &other] {
        fs::write(path, b"partial").unwrap();
    }
    let held = File::open(&alive).unwrap();
    held.lock().unwrap();
    save(&directory.path().join("a.npy"), &numbers(&pool, &[4]), &GO).unwrap();
    assert!(!dead.exists() && alive.exists() && other.exists());
}

#[test]
fn a_link_is_followed_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let directory = directory();
    let pool = pool();
    let (real, link) = (directory.path().join("real.npy"), directory.path().join("link.npy"));
    save(&real, &numbers(&pool, &[4]), &GO).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real.npy", &link).unwrap();
    save(&link, &numbers(&pool, &[5]), &GO).unwrap();
    assert!(link.is_symlink());
    assert_eq!(&open(&real).unwrap().shape()[..], &[5]);
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn loading_respects_the_limit_and_the_stop_flag() {
    let directory = directory();
    let path = directory.path().join("a.npy");
    save(&path, &numbers(&pool(), &[100_000]), &GO).unwrap();
    let file = open(&path).unwrap();
    assert!(matches!(file.load(&Pool::new(1000), &GO), Err(IoError::Memory(_))));
    let stop = AtomicBool::new(true);
    assert!(matches!(file.load(&pool(), &stop), Err(IoError::Interrupted)));
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
    save(&path, &numbers(&pool(), &[3, 4]), &GO).unwrap();
    let good = fs::read(&path).unwrap();
    for place in 0..128 {
        for value in [0u8, 0x27, 0x28, 0x39, 0x5b, 0x7b, 0x80, 0xff] {
            let mut bad = good.clone();
            bad[place] = value;
            fs::write(&path, &bad).unwrap();
            if let Ok(file) = open(&path) {
                let _ = file.load(&pool(), &GO);
            }
        }
    }
}
