//! Everything that can be written is read again as it was. With `ARR_WRITTEN=directory` the files
//! stay there, for `check_written.py` to read them with other tools.

use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::shape::{Shape, count};
use arr_storage::{Compression, CreateOptions, OpenOptions, create, open};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

static GO: AtomicBool = AtomicBool::new(false);

/// Elements of a dtype: of both signs, with fractions, and at the ends of its range.
fn elements(dtype: DType, n: usize) -> Vec<u8> {
    let one = |i: usize| match (dtype.kind(), dtype.int_range()) {
        (Kind::Bool, _) => Scalar::bool(i.is_multiple_of(3)),
        (_, Some((low, high))) => {
            let ends = [low, high, 0];
            Scalar::from_i128(*ends.get(i).unwrap_or(&((i * 7 % 100) as i128)), dtype)
        }
        (Kind::Complex, _) => Scalar::from_complex(i as f64 / 4.0, -(i as f64), dtype),
        _ => match i {
            1 => Scalar::from_f64(f64::NAN, dtype),
            2 => Scalar::from_f64(f64::NEG_INFINITY, dtype),
            _ => Scalar::from_f64((i as f64 - 5.0) / 3.0, dtype),
        },
    };
    (0..n).flat_map(|i| one(i).bits.to_le_bytes()[..dtype.size()].to_vec()).collect()
}

struct Run {
    directory: PathBuf,
    cases: Vec<String>,
}

impl Run {
    /// Writes an array by boxes, reads it again, and keeps a `.npy` twin.
    fn check(&mut self, file: &str, dtype: DType, shape: &[usize], options: CreateOptions) {
        let data = elements(dtype, count(shape));
        let path = self.directory.join(file);
        self.write(&path, dtype, shape, &options, &data);
        let named = OpenOptions { name: options.name.clone(), ..OpenOptions::default() };
        let source = open(path.to_str().unwrap(), &named).unwrap();
        assert_eq!(source.shape(), shape, "{file}");
        let mut out = vec![0; count(shape) * source.dtype().size()];
        let origin = vec![0; shape.len()];
        source.read(&origin, shape, &mut out, &GO).unwrap_or_else(|e| panic!("{file}: {e}"));
        if source.dtype() == dtype {
            assert!(out == data, "{file}");
        } else {
            // Text holds numbers of any dtype as float64.
            let size = dtype.size();
            for (a, b) in out.chunks(8).zip(data.chunks(size)) {
                let a = f64::from_le_bytes(a.try_into().unwrap());
                let mut wide = [0; 16];
                wide[..size].copy_from_slice(b);
                let b = Scalar { dtype, bits: u128::from_le_bytes(wide) }.as_f64();
                let same = a == b || a.is_nan() && b.is_nan();
                assert!(same || (a as f32) == b as f32, "{file}: {a} {b}");
            }
        }
        let twin = format!("{}.npy", self.cases.len());
        let plain = CreateOptions::default();
        self.write(&self.directory.join(&twin), dtype, shape, &plain, &data);
        self.cases.push(format!("{file}|{}|{twin}", options.name.unwrap_or_default()));
    }

    /// Two boxes along the first axis, the second one first, if the grid allows it.
    fn write(
        &self,
        path: &Path,
        dtype: DType,
        shape: &[usize],
        options: &CreateOptions,
        data: &[u8],
    ) {
        let name = path.to_str().unwrap();
        let sink = create(name, dtype, shape, options).unwrap_or_else(|e| panic!("{e}"));
        let cut = match (shape.first(), sink.chunks()) {
            (Some(&n), Some(chunks)) if n > chunks[0] => chunks[0],
            (Some(&n), None) if n > 1 => n / 2,
            _ => 0,
        };
        let origin = vec![0; shape.len()];
        if cut == 0 {
            sink.write(&origin, shape, data).unwrap();
        } else {
            let row = data.len() / shape[0];
            let (mut low, mut rest) = (shape.to_vec(), shape.to_vec());
            (low[0], rest[0]) = (cut, shape[0] - cut);
            let mut start = origin.clone();
            start[0] = cut;
            sink.write(&start, &rest, &data[cut * row..]).unwrap();
            sink.write(&origin, &low, &data[..cut * row]).unwrap();
        }
        sink.commit().unwrap_or_else(|e| panic!("{e}"));
    }
}

fn options(chunks: &[usize], compression: Option<Compression>) -> CreateOptions {
    let chunks = Some(Shape::from_slice(chunks));
    CreateOptions { chunks, compression, ..CreateOptions::default() }
}

fn named(name: &str) -> CreateOptions {
    CreateOptions { name: Some(name.into()), ..CreateOptions::default() }
}

#[test]
fn what_is_written_is_read_again() {
    let kept = std::env::var("ARR_WRITTEN").ok().map(PathBuf::from);
    let temporary = tempfile::tempdir().unwrap();
    let directory = kept.unwrap_or(temporary.path().into());
    let mut run = Run { directory, cases: vec![] };
    let zstd = Some(Compression::Zstd(3));
    let gzip = Some(Compression::Deflate(5));
    for dtype in DType::ALL {
        let plain = CreateOptions::default();
        run.check(&format!("{dtype}.zarr"), dtype, &[9, 7], options(&[4, 3], zstd));
        run.check(&format!("{dtype}.npz"), dtype, &[2, 3, 4], plain.clone());
        let packed = CreateOptions { compression: gzip, ..plain.clone() };
        run.check(&format!("{dtype}.packed.npz"), dtype, &[2, 3, 4], packed);
        if dtype.kind() != Kind::Complex {
            run.check(&format!("{dtype}.csv"), dtype, &[5, 3], plain.clone());
            run.check(&format!("{dtype}.line.csv"), dtype, &[5], plain.clone());
        }
        if !matches!(dtype.kind(), Kind::Complex | Kind::Bool) {
            run.check(&format!("{dtype}.nc"), dtype, &[3, 5], named("values"));
            run.check(&format!("{dtype}.tif"), dtype, &[300, 400], plain.clone());
        }
    }
    run.check("plain.zarr", DType::F64, &[10, 10], options(&[10, 10], None));
    run.check("gzip.zarr", DType::I32, &[10, 10, 3], options(&[3, 4, 2], gzip));
    run.check("scalar.zarr", DType::F64, &[], options(&[], None));
    run.check("empty.zarr", DType::F64, &[0, 4], CreateOptions::default());
    run.check("group.zarr", DType::F32, &[6], named("deep/a"));
    run.check("group.zarr", DType::I64, &[3, 3], named("deep/b"));
    run.check("several.npz", DType::F32, &[6], named("a"));
    run.check("several.npz", DType::C128, &[4, 4], named("b"));
    let packed = |name: &str| CreateOptions { compression: gzip, ..named(name) };
    run.check("mixed.npz", DType::F32, &[6], packed("a"));
    run.check("mixed.npz", DType::I64, &[300, 200], packed("b"));
    run.check("mixed.npz", DType::C64, &[4, 4], named("c"));
    run.check("mixed.npz", DType::I8, &[0, 2], packed("d"));
    run.check("mixed.npz", DType::F64, &[], packed("e"));
    run.check("scalar.npz", DType::F64, &[], named("x"));
    run.check("empty.npz", DType::I8, &[0, 2], named("x"));
    run.check("scalar.nc", DType::F64, &[], named("x"));
    run.check("bytes.nc", DType::I8, &[3, 3], named("x"));
    run.check("table.tsv", DType::F32, &[40, 2], CreateOptions::default());
    run.check("table.txt", DType::I64, &[4, 2], CreateOptions::default());
    for (file, shape) in [("gray", &[20, 30][..]), ("ga", &[20, 30, 2]), ("rgb", &[20, 30, 3])] {
        run.check(&format!("{file}.png"), DType::U8, shape, CreateOptions::default());
        run.check(&format!("{file}.deep.png"), DType::U16, shape, CreateOptions::default());
        run.check(&format!("{file}.tif"), DType::U16, shape, CreateOptions::default());
    }
    run.check("rgba.png", DType::U8, &[7, 5, 4], CreateOptions::default());
    run.check("rgba.tif", DType::U8, &[7, 5, 4], CreateOptions::default());
    run.check("bands.tif", DType::F32, &[7, 5, 6], CreateOptions::default());
    std::fs::write(run.directory.join("cases.txt"), run.cases.join("\n")).unwrap();
}

#[test]
fn many_threads_write_and_read_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let shape = [64, 60];
    let data = elements(DType::F64, 64 * 60);
    for file in ["a.npy", "a.zarr", "a.nc", "a.npz", "a.tif", "a.csv"] {
        let path = directory.path().join(file);
        let path = path.to_str().unwrap();
        let mut asked = CreateOptions::default();
        if file == "a.zarr" {
            asked = options(&[8, 13], Some(Compression::Zstd(1)));
        }
        let sink = create(path, DType::F64, &shape, &asked).unwrap();
        let (sink_ref, data_ref) = (&*sink, &data);
        std::thread::scope(|scope| {
            for part in (0..8).rev() {
                let rows = &data_ref[part * 8 * 480..][..8 * 480];
                scope.spawn(move || sink_ref.write(&[part * 8, 0], &[8, 60], rows).unwrap());
            }
        });
        sink.commit().unwrap();
        let source = open(path, &OpenOptions::default()).unwrap();
        let source_ref = &*source;
        std::thread::scope(|scope| {
            for part in 0..8 {
                scope.spawn(move || {
                    let mut out = vec![0; 8 * 480];
                    let read = source_ref.read(&[part * 8, 0], &[8, 60], &mut out, &GO);
                    read.unwrap_or_else(|e| panic!("{e}"));
                    let same = |(a, b): (&[u8], &[u8])| {
                        let nan = |x: &[u8]| f64::from_le_bytes(x.try_into().unwrap()).is_nan();
                        a == b || nan(a) && nan(b)
                    };
                    let rows = &data_ref[part * 8 * 480..];
                    assert!(out.chunks(8).zip(rows.chunks(8)).all(same), "{file} {part}");
                });
            }
        });
    }
}

#[test]
fn tables_have_headers_and_delimiters() {
    let directory = tempfile::tempdir().unwrap();
    let text = |file: &str, shape: &[usize], delimiter: Option<u8>, header: &[&str]| {
        let path = directory.path().join(file);
        let header = header.iter().map(|n| n.to_string()).collect::<Vec<_>>();
        let options = CreateOptions {
            delimiter,
            header: Some(header).filter(|h| !h.is_empty()),
            ..CreateOptions::default()
        };
        let sink = create(path.to_str().unwrap(), DType::I64, shape, &options);
        let sink = sink.map_err(|e| e.to_string())?;
        let data: Vec<u8> = (0..count(shape) as i64).flat_map(i64::to_le_bytes).collect();
        sink.write(&vec![0; shape.len()], shape, &data).unwrap();
        sink.commit().unwrap();
        let source = open(path.to_str().unwrap(), &OpenOptions::default()).unwrap();
        assert_eq!(source.shape(), shape, "{file}");
        Ok::<_, String>(std::fs::read_to_string(path).unwrap())
    };
    let plain = text("a.csv", &[2, 2], None, &["x", "y, z"]).unwrap();
    assert_eq!(plain, "x,\"y, z\"\n0,1\n2,3\n");
    assert_eq!(text("a.csv", &[2, 2], Some(b';'), &[]).unwrap(), "0;1\n2;3\n");
    // One column is one dimension, whatever its name.
    assert_eq!(text("a.csv", &[2], None, &["#a b"]).unwrap(), "\"#a b\"\n0\n1\n");
    assert_eq!(text("a.txt", &[1, 2], None, &["a b", "c"]).unwrap(), "\"a b\" c\n0 1\n");
    assert_eq!(text("a.tsv", &[0, 2], None, &["a", "b"]).unwrap(), "a\tb\n");
    let error = text("a.csv", &[2, 2], None, &["x"]).unwrap_err();
    assert!(error.contains("the header has 1 names, the array 2 columns"), "{error}");
    assert!(text("a.csv", &[2], None, &["a\"b"]).unwrap_err().contains("the name of a column"));
    assert!(text("a.npy", &[2], Some(b';'), &[]).unwrap_err().contains("has no delimiter"));
    assert!(text("a.npy", &[2], None, &["x"]).unwrap_err().contains("has no header"));
}

#[test]
fn what_a_format_cannot_hold_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let say = |file: &str, dtype: DType, shape: &[usize], options: CreateOptions| {
        let path = directory.path().join(file);
        let made = create(path.to_str().unwrap(), dtype, shape, &options);
        made.err().unwrap_or_else(|| panic!("{file} was made")).to_string()
    };
    let plain = CreateOptions::default;
    let zstd = Some(Compression::Zstd(3));
    let cases = [
        (say("a.npy", DType::F64, &[3], named("x")), "holds one array without a name"),
        (say("a.npy", DType::F64, &[3], options(&[3], None)), "has no chunks"),
        (say("a.npz", DType::F64, &[3], options(&[3], None)), "has no chunks"),
        (
            say("a.npz", DType::F64, &[3], CreateOptions { compression: zstd, ..plain() }),
            "\"gzip\" only",
        ),
        (say("a.nc", DType::Bool, &[3], plain()), "the format has no bool"),
        (say("a.nc", DType::F64, &[0], plain()), "no empty dimensions"),
        (say("a.nc", DType::F64, &[2], named("a/b")), "is no name of a variable"),
        (say("a.csv", DType::C64, &[3], plain()), "complex numbers are not written"),
        (say("a.csv", DType::F64, &[3, 3, 3], plain()), "one or two dimensions"),
        (say("a.png", DType::F64, &[3, 3], plain()), "holds uint8 or uint16"),
        (say("a.png", DType::U8, &[3, 3, 5], plain()), "an image has the shape"),
        (say("a.jpg", DType::U8, &[3, 3], plain()), "their numbers would change"),
        (say("a.tif", DType::C64, &[3, 3], plain()), "does not hold complex64"),
        (say("a.zarr", DType::F64, &[3], options(&[3, 3], None)), "does not fit the array"),
        (say("none/a.csv", DType::F64, &[3], plain()), "no such file or directory"),
    ];
    for (error, says) in cases {
        assert!(error.contains(says), "{error}");
    }
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn a_variable_of_a_netcdf_file_is_not_lost_to_another() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.nc");
    let path = path.to_str().unwrap();
    let write = |name: Option<&str>| {
        let options = CreateOptions { name: name.map(str::to_string), ..CreateOptions::default() };
        let sink = create(path, DType::F64, &[1], &options).map_err(|e| e.to_string())?;
        sink.write(&[0], &[1], &1f64.to_le_bytes()).unwrap();
        sink.commit().map_err(|e| e.to_string())
    };
    assert_eq!(write(Some("p")), Ok(()));
    assert_eq!(write(Some("p")), Ok(()));
    let error = write(Some("q")).unwrap_err();
    assert!(error.contains("it holds `p`, which would be lost"), "{error}");
    assert_eq!(write(None), Ok(()));
}
