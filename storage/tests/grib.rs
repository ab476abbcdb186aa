//! GRIB files of ecCodes (`make_grib.py`), read to what it says they hold.

use arr_ir::shape::count;
use arr_storage::{OpenOptions, Source, Value, info, open};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

static GO: AtomicBool = AtomicBool::new(false);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/grib")
}

fn named(name: &str) -> OpenOptions {
    let name = Some(name.to_string()).filter(|n| !n.is_empty());
    OpenOptions { name, ..OpenOptions::default() }
}

fn opened(file: &str, name: &str) -> Arc<dyn Source> {
    let path = folder().join(file);
    open(path.to_str().unwrap(), &named(name)).unwrap_or_else(|e| panic!("{file}: {e}"))
}

fn refused(file: &str, name: &str) -> String {
    let path = folder().join(file);
    let source = match open(path.to_str().unwrap(), &named(name)) {
        Ok(source) => source,
        Err(e) => return e.to_string(),
    };
    let mut out = vec![0; count(source.shape()) * source.dtype().size()];
    let read = source.read(&vec![0; source.shape().len()], source.shape(), &mut out, &GO);
    read.expect_err(file).to_string()
}

fn read(source: &dyn Source, start: &[usize], shape: &[usize]) -> Vec<f64> {
    let size = source.dtype().size();
    let mut out = vec![0xaa; count(shape) * size];
    let path = source.path().display();
    source.read(start, shape, &mut out, &GO).unwrap_or_else(|e| panic!("{path}: {e}"));
    let number = |b: &[u8]| match source.dtype().name() {
        "int64" => i64::from_le_bytes(b.try_into().unwrap()) as f64,
        "float64" => f64::from_le_bytes(b.try_into().unwrap()),
        _ => f32::from_le_bytes(b.try_into().unwrap()).into(),
    };
    out.chunks_exact(size).map(number).collect()
}

/// The same number, but for the last digit, or none.
fn same(a: f64, b: f64, narrow: bool) -> bool {
    let close = if narrow { 1.3e-7 } else { 1e-13 };
    (a.is_nan() && b.is_nan()) || (a - b).abs() <= close * a.abs().max(b.abs())
}

#[test]
fn files_of_eccodes_hold_what_it_says() {
    let cases = std::fs::read_to_string(folder().join("cases.txt")).unwrap();
    let only = std::env::var("ARR_CASE").unwrap_or_default();
    let mut wrong = vec![];
    for line in cases.lines().filter(|l| l.contains(&only)) {
        let [path, name, twin] = line.split('|').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let twin = opened("expected.npz", twin);
        let source = opened(path, name);
        let shape = source.shape();
        if (source.dtype(), shape) != (twin.dtype(), twin.shape()) {
            let found = (source.dtype(), shape);
            wrong.push(format!("{line}: {found:?}, not {:?} {:?}", twin.dtype(), twin.shape()));
            continue;
        }
        let origin = vec![0; shape.len()];
        let last: Vec<usize> = shape.iter().map(|n| n / 2).collect();
        let rest: Vec<usize> = shape.iter().zip(&last).map(|(n, l)| n - l).collect();
        for (start, size) in [(&origin[..], shape), (&last, &rest)] {
            let a = read(&*source, start, size);
            let b = read(&*twin, start, size);
            let narrow = source.dtype().size() == 4;
            let at = a.iter().zip(&b).position(|(a, b)| !same(*a, *b, narrow));
            if let Some(at) = at {
                wrong.push(format!("{line}: {at} of {size:?}: {}, not {}", a[at], b[at]));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_message_is_a_chunk() {
    let cube = opened("cube.grib2", "t");
    assert_eq!(cube.chunks(), Some(&[1, 1, 1, 1, 7, 9][..]));
    let all = read(&*cube, &[0; 6], &[2, 2, 3, 2, 7, 9]);
    let part = read(&*cube, &[1, 0, 1, 1, 2, 3], &[1, 2, 2, 1, 3, 4]);
    let at = |i: [usize; 6]| i.iter().zip(cube.shape()).fold(0, |at, (i, n)| at * n + i);
    let mut next = part.iter();
    for (time, step) in [(0, 1), (0, 2), (1, 1), (1, 2)] {
        for (row, column) in (2..5).flat_map(|r| (3..7).map(move |c| (r, c))) {
            let expected = all[at([1, time, step, 1, row, column])];
            assert_eq!(next.next(), Some(&expected));
        }
    }
    assert!(read(&*cube, &[0; 6], &[2, 0, 3, 2, 7, 9]).is_empty());
    let coordinate = opened("cube.grib2", "step");
    assert_eq!(read(&*coordinate, &[1], &[2]), [6.0, 12.0]);
}

#[test]
fn what_is_in_a_file_is_told() {
    let of = |file: &str| info(folder().join(file).to_str().unwrap(), &OpenOptions::default());
    let cube = of("cube.grib1").unwrap();
    assert_eq!(cube.format, "GRIB 1");
    let names: Vec<&str> = cube.arrays.iter().map(|a| &*a.name).collect();
    let coordinates = ["number", "time", "step", "isobaricInhPa", "latitude", "longitude"];
    let mut sorted = names[..2].to_vec();
    sorted.sort_unstable();
    assert_eq!((&sorted[..], &names[2..]), (&["t", "u"][..], &coordinates[..]));
    let array = |name: &str| cube.arrays.iter().find(|a| a.name == name).unwrap();
    let text = |t: &str| Some(Value::Text(t.into()));
    let t = array("t");
    assert_eq!((&*t.note, &t.codecs[..]), ("packed in 8 bits", &["simple".to_string()][..]));
    assert_eq!(t.attributes.get("units").cloned(), text("K"));
    assert_eq!(t.attributes.get("long_name").cloned(), text("Temperature"));
    assert_eq!(t.attributes.get("code").cloned(), text("128.130"));
    let list = Value::List(coordinates.map(|c| Value::Text(c.into())).to_vec());
    assert_eq!(t.attributes.get("dimensions"), Some(&list));
    let u = array("u");
    assert_eq!(u.attributes.get("number"), Some(&Value::Int(0)));
    assert_eq!(u.attributes.get("step"), Some(&Value::Float(6.0)));
    let since = "seconds since 1970-01-01T00:00:00";
    assert_eq!(array("time").attributes.get("units").cloned(), text(since));
    let lambert = of("lambert.grib2").unwrap();
    let found = &lambert.arrays[0].attributes;
    assert_eq!(found.get("grid").cloned(), text("lambert"));
    assert_eq!(found.get("second_parallel"), Some(&Value::Float(50.0)));
    assert_eq!(found.get("dx"), Some(&Value::Float(50_000.0)));
    let directory = tempfile::tempdir().unwrap();
    let copy = directory.path().join("data.bin");
    std::fs::copy(folder().join("simple.grib2"), &copy).unwrap();
    let known = info(copy.to_str().unwrap(), &OpenOptions::default());
    assert_eq!(known.unwrap(), of("simple.grib2").unwrap());
    let hole = of("hole.grib2").unwrap();
    let t = hole.arrays.iter().find(|a| a.name == "t").unwrap();
    assert!(t.dtype.is_none() && t.note.contains("there is no message of number 0"), "{}", t.note);
}

#[test]
fn files_are_put_together_by_what_their_messages_say() {
    let whole = opened("cube.grib2", "t");
    let bytes = std::fs::read(folder().join("cube.grib2")).unwrap();
    let starts: Vec<usize> =
        (0..bytes.len() - 4).filter(|&i| bytes[i..].starts_with(b"GRIB")).collect();
    let directory = tempfile::tempdir().unwrap();
    for (i, &start) in starts.iter().enumerate() {
        let end = starts.get(i + 1).copied().unwrap_or(bytes.len());
        std::fs::write(directory.path().join(format!("{i:03}.grib")), &bytes[start..end]).unwrap();
    }
    let pattern = directory.path().join("*.grib");
    let pattern = pattern.to_str().unwrap();
    let parts = open(pattern, &named("t")).unwrap();
    assert_eq!((parts.dtype(), parts.shape()), (whole.dtype(), whole.shape()));
    let all = |source: &dyn Source| read(source, &[0; 6], source.shape());
    assert_eq!(all(&*parts), all(&*whole));
    let along = |along: &str| {
        let along = Some(along.to_string());
        open(pattern, &OpenOptions { along, ..named("t") }).map(drop)
    };
    assert_eq!((along("step"), along("3")), (Ok(()), Ok(())));
    assert!(along("depth").unwrap_err().to_string().contains("there is no dimension `depth`"));
    std::fs::copy(directory.path().join("000.grib"), directory.path().join("again.grib")).unwrap();
    let both = ["t", "u"].map(|name| open(pattern, &named(name)).map(drop)).into_iter();
    let error = both.filter_map(Result::err).next().unwrap().to_string();
    assert!(error.contains("000.grib` and its message 1 (at byte 0) of `"), "{error}");
}

#[test]
fn mistakes_are_told() {
    let missing = "there is no message of number 0, time 2020-02-29T06:00:00, step 6, \
                   isobaricInhPa 500, but of others";
    let spectral = "coefficients of spherical harmonics";
    let cases = [
        (refused("cube.grib1", ""), "it has several variables: name one, as `"),
        (refused("cube.grib1", "q"), "it has no variable `q`, but `"),
        (refused("hole.grib1", "t"), missing),
        (refused("hole.grib2", "t"), missing),
        (refused("twice.grib1", ""), "its message 1 (at byte 0) and its message 2 (at byte "),
        (
            refused("names.grib2", "t"),
            "its variables of `t` are called `t_isobaricInhPa`, `t_hybrid`",
        ),
        (refused("spectral.grib1", ""), spectral),
        (refused("spectral.grib2", ""), spectral),
        (
            refused("second.grib1", ""),
            "its message 1 (at byte 0): its second-order packing has extensions",
        ),
    ];
    for (error, says) in cases {
        assert!(error.contains(says), "{error}");
    }
}
