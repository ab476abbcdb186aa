//! Stores written and read again, and stores that are damaged.

use super::*;
use crate::{Compression, CreateOptions};

static GO: AtomicBool = AtomicBool::new(false);

fn options(chunks: &[usize], compression: Option<Compression>) -> CreateOptions {
    let chunks = Some(Shape::from_slice(chunks));
    CreateOptions { chunks, compression, ..CreateOptions::default() }
}

fn numbers(n: usize) -> Vec<u8> {
    (0..n).flat_map(|i| (i as f32).to_le_bytes()).collect()
}

fn save(path: &Path, shape: &[usize], options: &CreateOptions) {
    let sink = create(path, DType::F32, shape, options).unwrap();
    sink.write(&vec![0; shape.len()], shape, &numbers(count(shape))).unwrap();
    sink.commit().unwrap();
}

fn load(path: &Path, name: Option<&str>) -> Result<Vec<u8>, StorageError> {
    let array = open(path, name)?;
    let mut out = vec![0xaa; count(array.shape()) * array.dtype().size()];
    array.read(&vec![0; array.shape().len()], array.shape(), &mut out, &GO)?;
    Ok(out)
}

#[test]
fn what_is_written_is_read_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.zarr");
    for compression in [None, Some(Compression::Zstd(3)), Some(Compression::Deflate(5))] {
        for (shape, chunks) in
            [(&[][..], &[][..]), (&[10], &[4]), (&[0, 3], &[2, 2]), (&[7, 9], &[7, 4])]
        {
            save(&path, shape, &options(chunks, compression));
            assert_eq!(load(&path, None).unwrap(), numbers(count(shape)));
            let array = open(&path, None).unwrap();
            assert_eq!((array.shape(), array.chunks()), (shape, Some(chunks)));
        }
    }
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn named_arrays_share_a_store() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.zarr");
    let named = |name: &str| CreateOptions { name: Some(name.into()), ..Default::default() };
    save(&path, &[5], &named("deep/one"));
    save(&path, &[6], &named("deep/two"));
    save(&path, &[7], &named("deep/one"));
    assert_eq!(load(&path, Some("deep/one")).unwrap(), numbers(7));
    assert_eq!(load(&path, Some("/deep/two/")).unwrap(), numbers(6));
    let info = info(&path).unwrap();
    let names: Vec<&str> = info.arrays.iter().map(|a| &a.name[..]).collect();
    assert_eq!(names, ["deep/one", "deep/two"]);
    let say = |name: Option<&str>| open(&path, name).err().unwrap().to_string();
    assert!(
        say(None).ends_with("it is a group: name one of its arrays, as `deep/one`, `deep/two`")
    );
    assert!(say(Some("deep")).contains("`deep` is a group"));
    assert!(say(Some("none")).ends_with("it has no array `none`"));
    assert!(say(Some("../a.zarr/deep/one")).ends_with("is no name of an array"));
    let fails = |name: &str| {
        let made = create(&path, DType::F32, &[2], &named(name));
        made.err().unwrap().to_string()
    };
    assert!(fails("deep").ends_with("`deep` is a group"));
    assert!(fails("deep/one/more").contains("an array is in the way"));
    assert!(fails("../x").contains("is no name of an array"));
}

#[test]
fn foreign_directories_are_not_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.zarr");
    fs::create_dir(&path).unwrap();
    fs::write(path.join("thesis.txt"), "words").unwrap();
    let error = create(&path, DType::F32, &[2], &options(&[2], None)).err().unwrap();
    assert!(error.to_string().ends_with("it is a directory that holds no Zarr store"));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn damaged_chunks_are_named_and_missing_ones_filled() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.zarr");
    save(&path, &[6], &options(&[3], Some(Compression::Zstd(3))));
    let chunk = path.join("c/1");
    let good = fs::read(&chunk).unwrap();
    for length in 0..good.len() {
        fs::write(&chunk, &good[..length]).unwrap();
        let error = load(&path, None).unwrap_err().to_string();
        assert!(error.contains("its chunk `c/1` is damaged"), "{error}");
    }
    // The frame has a checksum: no flipped bit of its content is overlooked.
    for bit in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        fs::write(&chunk, &bad).unwrap();
        if let Ok(read) = load(&path, None) {
            assert_eq!(read, numbers(6), "bit {bit}");
        }
    }
    fs::remove_file(&chunk).unwrap();
    assert_eq!(load(&path, None).unwrap(), [numbers(3), vec![0; 12]].concat());
    fs::create_dir(&chunk).unwrap();
    let error = load(&path, None).unwrap_err().to_string();
    assert!(error.contains("its chunk `c/1`"), "{error}");
}

#[test]
fn an_array_whose_store_is_replaced_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.zarr");
    save(&path, &[6], &options(&[3], None));
    let old = open(&path, None).unwrap();
    assert!(old.is_at(&path) && !old.secure().unwrap());
    save(&path, &[7], &options(&[3], None));
    let error = old.read(&[0], &[6], &mut [0; 24], &GO).unwrap_err().to_string();
    assert!(error.ends_with("the store was changed after it was opened"), "{error}");
}

#[test]
fn boxes_that_are_not_whole_chunks_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.zarr");
    let sink = create(&path, DType::F32, &[10], &options(&[4], None)).unwrap();
    assert!(sink.write(&[0], &[3], &numbers(3)).is_err());
    assert!(sink.write(&[2], &[4], &numbers(4)).is_err());
    sink.write(&[4], &[6], &numbers(6)).unwrap();
    sink.commit().unwrap();
    assert_eq!(load(&path, None).unwrap(), [vec![0; 16], numbers(6)].concat());
}

#[test]
fn damaged_metadata_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.zarr");
    save(&path, &[6], &options(&[3], Some(Compression::Deflate(3))));
    let document = path.join("zarr.json");
    let good = fs::read_to_string(&document).unwrap();
    for length in 0..good.len() - 1 {
        fs::write(&document, &good[..length]).unwrap();
        assert!(load(&path, None).is_err());
    }
    for bit in (0..good.len() * 8).step_by(5) {
        let mut bad = good.clone().into_bytes();
        bad[bit / 8] ^= 1 << (bit % 8);
        fs::write(&document, &bad).unwrap();
        let _ = load(&path, None);
    }
    let edits = [
        ("\"float32\"", "\"float33\"", "data type `float33`"),
        ("\"shape\": [\n    6\n  ]", "\"shape\": [99999999999999999999]", "`shape`"),
        ("\"shape\": [\n    6\n  ]", "\"shape\": [6, 1]", "`chunk_shape`"),
        ("      3\n", "      0\n", "`chunk_shape`"),
        ("      3\n", "      30000000000\n", "larger than 2 GiB"),
        ("\"gzip\"", "\"magic\"", "codec `magic`"),
        ("\"/\"", "\"..\"", "`separator`"),
    ];
    for (from, to, says) in edits {
        let bad = good.replace(from, to);
        assert_ne!(bad, good, "{from}");
        fs::write(&document, bad).unwrap();
        let error = load(&path, None).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}
