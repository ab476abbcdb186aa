//! Files of other tools (`make_files.py`), read to what they hold.

use arr_ir::shape::count;
use arr_storage::{OpenOptions, Source, open};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

static GO: AtomicBool = AtomicBool::new(false);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files")
}

fn opened(path: &Path, name: &str) -> Arc<dyn Source> {
    let name = Some(name.to_string()).filter(|n| !n.is_empty());
    let options = OpenOptions { name, ..OpenOptions::default() };
    let path = path.to_str().expect("UTF-8");
    open(path, &options).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn read(source: &dyn Source, start: &[usize], shape: &[usize]) -> Vec<u8> {
    let mut out = vec![0xaa; count(shape) * source.dtype().size()];
    let path = source.path().display();
    source.read(start, shape, &mut out, &GO).unwrap_or_else(|e| panic!("{path}: {e}"));
    out
}

/// Boxes at, across and inside the edges of chunks.
fn boxes(shape: &[usize]) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut found = vec![(vec![], vec![])];
    for &n in shape {
        let parts = [(0, n), (n / 3, n - n / 3), (n - 1, 1), (n / 2, n / 4)];
        let longer = |(start, size): &(Vec<usize>, Vec<usize>)| {
            let pair = |(s, n)| ([&start[..], &[s]].concat(), [&size[..], &[n]].concat());
            parts.map(pair)
        };
        found = found.iter().flat_map(longer).collect();
    }
    found
}

/// NaN equals NaN of any bits; other elements by bits. JPEG decoders differ by rounding.
fn same(source: &dyn Source, a: &[u8], b: &[u8]) -> bool {
    let jpeg = source.path().extension().is_some_and(|e| e == "jpg");
    let nan = |x: &[u8]| match x.len() {
        4 => f32::from_le_bytes(x.try_into().unwrap()).is_nan(),
        8 => f64::from_le_bytes(x.try_into().unwrap()).is_nan(),
        _ => false,
    };
    let floats = source.dtype().is_inexact();
    let size = source.dtype().part().size();
    a.len() == b.len()
        && a.chunks(size)
            .zip(b.chunks(size))
            .all(|(x, y)| x == y || floats && nan(x) && nan(y) || jpeg && x[0].abs_diff(y[0]) <= 3)
}

#[test]
fn files_of_other_tools_hold_what_they_say() {
    let folder = folder();
    let cases = std::fs::read_to_string(folder.join("cases.txt")).unwrap();
    let only = std::env::var("ARR_CASE").unwrap_or_default();
    let mut wrong = vec![];
    for line in cases.lines().filter(|l| l.contains(&only)) {
        let [path, name, twin] = line.split('|').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let twin = opened(&folder.join(twin), "");
        let source = opened(&folder.join(path), name);
        let found = (source.dtype(), source.shape());
        if found != (twin.dtype(), twin.shape()) {
            wrong.push(format!("{line}: {found:?}, not {:?} {:?}", twin.dtype(), twin.shape()));
            continue;
        }
        for (start, shape) in boxes(source.shape()) {
            let a = read(&*source, &start, &shape);
            let b = read(&*twin, &start, &shape);
            if !same(&*source, &a, &b) {
                wrong.push(format!("{line}: box at {start:?} of {shape:?}"));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
