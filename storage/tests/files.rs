//! Files of other tools (`make_files.py`), read to what they hold.

use arr_ir::shape::count;
use arr_ir::table::{Column, Columns, TableOptions};
use arr_storage::{CreateOptions, OpenOptions, Source, Value, create, info, open};
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

#[test]
fn formats_are_known_by_their_first_bytes() {
    let directory = tempfile::tempdir().unwrap();
    let names = ["00.npy", "packed.npz", "one.nc", "rgb.png", "smooth.jpg", "geo.tif", "latest.h5"];
    for name in names.iter().filter(|n| folder().join(n).exists()) {
        let copy = directory.path().join("data.bin");
        std::fs::copy(folder().join(name), &copy).unwrap();
        let known = info(folder().join(name).to_str().unwrap(), &OpenOptions::default()).unwrap();
        assert_eq!(info(copy.to_str().unwrap(), &OpenOptions::default()).unwrap(), known, "{name}");
    }
    let store = directory.path().join("store");
    std::fs::create_dir(&store).unwrap();
    let error = open(store.to_str().unwrap(), &OpenOptions::default()).err().unwrap();
    assert!(error.to_string().contains("no Zarr metadata"), "{error}");
}

#[cfg(not(feature = "grib"))]
#[test]
fn grib_is_refused_with_the_way_to_a_build_that_reads_it() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/grib/simple.grib1");
    let directory = tempfile::tempdir().unwrap();
    let copy = directory.path().join("data.bin");
    std::fs::copy(&file, &copy).unwrap();
    let pattern = file.with_file_name("scan*.grib2");
    for path in [&file, &copy, &pattern].map(|p| p.to_str().unwrap()) {
        let opened = open(path, &OpenOptions::default()).err().unwrap().to_string();
        assert!(opened.contains("`cargo build --features grib`"), "{opened}");
    }
    let told = info(copy.to_str().unwrap(), &OpenOptions::default()).unwrap_err().to_string();
    assert!(told.contains("`cargo build --features grib`"), "{told}");
}

#[test]
fn grib_is_not_written() {
    let error = create("a.grib2", arr_ir::dtype::DType::F64, &[2], &CreateOptions::default());
    let error = error.err().unwrap().to_string();
    assert!(error.contains("GRIB files are read, not written"), "{error}");
}

#[test]
fn what_is_in_a_file_is_told() {
    let of =
        |name: &str| info(folder().join(name).to_str().unwrap(), &OpenOptions::default()).unwrap();
    let shown = |name: &str| -> Vec<String> {
        let one = |a: &arr_storage::ArrayInfo| {
            let dtype = a.dtype.map_or("-", |d| d.name());
            format!("{} {dtype} {:?} {:?} {}", a.name, &a.shape[..], a.codecs, a.note)
        };
        of(name).arrays.iter().map(one).map(|l| l.trim_end().to_string()).collect()
    };
    assert_eq!(
        shown("group3.zarr"),
        ["c uint8 [3, 3] [\"zstd\"]", "deep/b int32 [5, 6, 7] [\"zstd\"]"]
    );
    assert_eq!(
        shown("larger.npz")[1],
        "text - [] [\"deflate\"] its dtype <U1 (text) is not supported"
    );
    assert_eq!(shown("modern.nc")[0], "t2m float64 [3, 4, 5] [] packed int16");
    assert_eq!(shown("classic.nc")[1], "count int32 [3, 4] []");
    let names: Vec<String> = shown("several.h5");
    assert!(names.contains(&"text - [] [] it is text".to_string()), "{names:?}");
    let attributes = |name: &str, array: usize| of(name).arrays[array].attributes.clone();
    let text = |t: &str| Value::Text(t.into());
    let dimensions = Value::List(["time", "y", "x"].map(text).to_vec());
    for file in ["classic.nc", "modern.nc"] {
        assert_eq!(attributes(file, 0).get("units"), Some(&text("K")), "{file}");
        assert_eq!(attributes(file, 0).get("dimensions"), Some(&dimensions), "{file}");
        assert_eq!(of(file).groups[0].1.get("title"), Some(&text("weather")), "{file}");
    }
    assert_eq!(
        attributes("group2.zarr", 0).get("dimensions"),
        Some(&Value::List(vec![text("time")]))
    );
    let geo = attributes("geo.tif", 0);
    assert_eq!(geo.get("epsg"), Some(&Value::Int(32631)));
    assert_eq!(geo.get("nodata"), Some(&Value::Float(-9999.0)));
    let numbers = [500_000.0, 30.0, 0.0, 4_600_000.0, 0.0, -30.0].map(Value::Float);
    assert_eq!(geo.get("transform"), Some(&Value::List(numbers.to_vec())));
}

#[test]
fn mistakes_are_told() {
    let say = |name: &str, array: Option<&str>, along: Option<&str>| {
        let (array, along) = (array.map(str::to_string), along.map(str::to_string));
        let options = OpenOptions { name: array, along, ..OpenOptions::default() };
        let opened = open(folder().join(name).to_str().unwrap(), &options);
        opened.err().unwrap_or_else(|| panic!("{name} was opened")).to_string()
    };
    let cases = [
        (say("stored.npz", None, None), "it holds several arrays: name one, as `a`, `b`"),
        (say("stored.npz", Some("c"), None), "it has no array `c`, but `a`, `b`"),
        (say("empty.npz", None, None), "it holds no arrays"),
        (say("modern.nc", None, None), "name one, as `t2m`, `count`, `wind`"),
        (say("classic.nc", Some("u"), None), "it has no variable `u`, but"),
        (say("several.h5", Some("text"), None), "`text` cannot be read: it is text"),
        (say("header.csv", Some("d"), None), "it has no column `d`, but `a`, `b`, `c`"),
        (say("plain.tsv", Some("d"), None), "it has no header"),
        (say("part_*.nc", Some("a"), Some("z")), "there is no dimension `z`"),
        (say("part_*.nc", Some("a"), Some("2")), "there is no axis 2"),
        (say("nothing_*.nc", Some("a"), None), "no file matches"),
        (say("classic.nc", Some("u"), Some("time")), "with wildcards stands for: this is one file"),
        (say("part_*.nc", Some("a"), Some("x")), "which does not fit"),
        (say("rgb.png", Some("a"), None), "an image has no arrays with names"),
    ];
    for (error, says) in cases {
        assert!(error.contains(says), "{error}");
    }
    let lzf = opened(&folder().join("several.h5"), "lzf");
    let error = lzf.read(&[0, 0, 0], &[5, 6, 7], &mut [0; 840], &GO).unwrap_err().to_string();
    assert!(error.contains("its dataset `lzf`: "), "{error}");
}

#[test]
fn columns_have_names_and_text_has_lines() {
    let column = opened(&folder().join("header.csv"), "b");
    let numbers: Vec<u8> =
        [2.5, f64::NAN, f64::INFINITY].iter().flat_map(|v: &f64| v.to_le_bytes()).collect();
    assert!(same(&*column, &read(&*column, &[0], &[3]), &numbers));
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.csv");
    std::fs::write(&path, "2001:2002\n1:2\n").unwrap();
    let table =
        TableOptions { header: Some(true), delimiter: Some(b':'), ..TableOptions::default() };
    let options = OpenOptions { table, name: Some("2002".into()), ..OpenOptions::default() };
    let year = open(path.to_str().unwrap(), &options).unwrap();
    assert_eq!(read(&*year, &[0], &[1]), 2f64.to_le_bytes());
    // A row may go on in the next line, and a name have quotes; lines are counted all the same.
    let quoted = "\"a\n\"\"b\"\"\",c\n1,2\n\n  # a remark\n\"3\",4\nNA,5\n";
    std::fs::write(&path, quoted).unwrap();
    let name = Some("a\n\"b\"".to_string());
    let column = open(path.to_str().unwrap(), &OpenOptions { name, ..OpenOptions::default() });
    let column = column.unwrap();
    let numbers: Vec<u8> =
        [1.0, 3.0, f64::NAN].iter().flat_map(|v: &f64| v.to_le_bytes()).collect();
    assert!(same(&*column, &read(&*column, &[0], &[3]), &numbers));
    let say = |text: &str| {
        std::fs::write(&path, text).unwrap();
        let source = open(path.to_str().unwrap(), &OpenOptions::default());
        let read = source.and_then(|s| {
            let mut out = vec![0; count(s.shape()) * 8];
            s.read(&[0, 0], s.shape(), &mut out, &GO)
        });
        read.unwrap_err().to_string()
    };
    assert!(say("a,b\n1,2\n\n3\n").ends_with("line 4: 1 fields instead of 2"));
    assert!(say("a,b\n1,2\n3,x y\n").ends_with("line 3: field 2: `x y` is no number"));
    assert!(say("# nothing\n  # more\n\n").ends_with("it has no rows"));
    assert!(say("1,2\r3,4\r").ends_with("line 1: a carriage return that ends no line"));
    assert!(say("a\n1\n\"2\n3\n").ends_with("line 3: a quote is not closed"));
    let mixed = say("1,x,2\n3,4,5\n");
    assert!(mixed.contains("line 1: field 2: `x` is no number, and others are"), "{mixed}");
    assert!(mixed.ends_with("say header=true if it is a header, or header=false"), "{mixed}");
    assert!(say("\0\0").ends_with("line 1: it is not text"));
}

#[test]
fn tables_are_read_as_they_are_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.txt");
    let path = path.to_str().unwrap();
    std::fs::write(path, "made by\nsome;station\nt;u v;w\n1;-999.0;3\n4;none;6\n7;8;x\n").unwrap();
    let table = || TableOptions { delimiter: Some(b';'), skip: 2, ..TableOptions::default() };
    let numbers = |table: TableOptions| -> Result<(Vec<usize>, Vec<f64>), String> {
        let options = OpenOptions { table, ..OpenOptions::default() };
        let source = open(path, &options).map_err(|e| e.to_string())?;
        let shape = source.shape().to_vec();
        let mut out = vec![0; count(&shape) * 8];
        let read = source.read(&vec![0; shape.len()], &shape, &mut out, &GO);
        read.map_err(|e| e.to_string())?;
        Ok((shape, out.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)).collect()))
    };
    let missing = vec!["-999".to_string(), "none".to_string()];
    let column = |c: Columns| TableOptions { columns: c, missing: missing.clone(), ..table() };
    let (shape, found) = numbers(column(Columns::One(Column::Name("u v".into())))).unwrap();
    assert_eq!(shape, [3]);
    assert!(found[0].is_nan() && found[1].is_nan() && found[2] == 8.0, "{found:?}");
    let both = vec![Column::Number(-2), Column::Number(0), Column::Name("t".into())];
    let (shape, found) = numbers(column(Columns::Several(both))).unwrap();
    assert_eq!(shape, [3, 3]);
    assert!(found[3].is_nan());
    assert_eq!(found[4..], [4.0, 4.0, 8.0, 7.0, 7.0]);
    let one = numbers(column(Columns::Several(vec![Column::Number(0)]))).unwrap();
    assert_eq!(one, (vec![3, 1], vec![1.0, 4.0, 7.0]));
    let say = |table: TableOptions| numbers(table).unwrap_err();
    assert!(say(column(Columns::One(Column::Number(3)))).contains("no column 3: there are 3"));
    assert!(say(column(Columns::One(Column::Name("x".into())))).contains("but `t`, `u v`, `w`"));
    assert!(say(column(Columns::All)).ends_with("line 6: field 3: `x` is no number"));
    assert!(
        say(TableOptions { skip: 9, ..table() }).ends_with("after the 9 lines that are skipped")
    );
    assert!(say(TableOptions { header: Some(false), ..table() }).contains("line 3: field 1: `t`"));
    let options = OpenOptions { table: table(), ..OpenOptions::default() };
    let error = open(folder().join("79.npy").to_str().unwrap(), &options).err().unwrap();
    assert!(error.to_string().contains("only text has a delimiter"), "{error}");
}

#[test]
fn packed_numbers_are_read_raw_if_asked_for() {
    let path = folder().join("modern.nc");
    let options = OpenOptions { name: Some("t2m".into()), raw: true, ..OpenOptions::default() };
    let source = open(path.to_str().unwrap(), &options).unwrap();
    assert_eq!(source.dtype().name(), "int16");
    assert_eq!(read(&*source, &[1, 2, 3], &[1, 1, 1]), (-32767i16).to_le_bytes());
}
