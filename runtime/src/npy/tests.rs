//! Buffers through files: limits, the stop flag, buffers that are not dense.

use super::*;
use std::fs;

fn numbers(pool: &Arc<Pool>, shape: &[usize]) -> Buffer {
    let count = arr_ir::shape::count(shape);
    let bytes: Vec<u8> = (0..count).flat_map(|i| (i as f64).to_le_bytes()).collect();
    Buffer::from_bytes(pool, DType::F64, Shape::from_slice(shape), &bytes).unwrap()
}

static GO: AtomicBool = AtomicBool::new(false);

#[test]
fn what_is_saved_loads_again() {
    let directory = tempfile::tempdir().unwrap();
    let pool = Pool::new(64 << 20);
    let path = directory.path().join("a.npy");
    for shape in [&[][..], &[0, 3], &[7], &[2, 3, 4], &[700, 1000]] {
        let array = numbers(&pool, shape);
        save(&path, &array, &GO).unwrap();
        let file = open(&path).unwrap();
        assert_eq!((file.dtype(), &file.shape()[..]), (DType::F64, shape));
        assert_eq!(file.load(&pool, &GO).unwrap().bytes(), array.bytes());
    }
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn a_stopped_save_leaves_the_target_and_no_temporary() {
    let directory = tempfile::tempdir().unwrap();
    let pool = Pool::new(64 << 20);
    let path = directory.path().join("a.npy");
    save(&path, &numbers(&pool, &[4]), &GO).unwrap();
    let before = fs::read(&path).unwrap();
    let stop = AtomicBool::new(true);
    assert_eq!(save(&path, &numbers(&pool, &[9]), &stop), Err(IoError::Interrupted));
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn loading_respects_the_limit_and_the_stop_flag() {
    let directory = tempfile::tempdir().unwrap();
    let pool = Pool::new(64 << 20);
    let path = directory.path().join("a.npy");
    save(&path, &numbers(&pool, &[100_000]), &GO).unwrap();
    let file = open(&path).unwrap();
    assert!(matches!(file.load(&Pool::new(1000), &GO), Err(IoError::Memory(_))));
    let stop = AtomicBool::new(true);
    assert!(matches!(file.load(&pool, &stop), Err(IoError::Interrupted)));
}
