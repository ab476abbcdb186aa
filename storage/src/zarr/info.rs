//! What is in a store.

use super::*;
use crate::info::{ArrayInfo, Info};

/// How deep groups may lie in each other, and how many directories are looked at.
const MAX_DEPTH: usize = 32;
const MAX_NODES: usize = 100_000;

/// Lists the arrays and groups of a store.
///
/// # Errors
/// The path is no store, or its own metadata is damaged; of nodes inside it the report says so.
pub fn info(path: &Path) -> Result<Info, StorageError> {
    let fail = |why: &str| failure("read", path, why);
    let mut info = Info::default();
    let top = node(path).map_err(|why| fail(&why))?;
    let top = top.ok_or_else(|| fail("it holds no Zarr metadata (zarr.json or .zarray)"))?;
    let version = if path.join("zarr.json").exists() { 3 } else { 2 };
    info.format = format!("Zarr {version}");
    match top {
        Node::Array(meta, _) => info.arrays.push(described("", &meta)),
        Node::Group(attributes) => {
            info.groups.push((String::new(), attributes));
            walk(path, "", 0, &mut info);
        }
    }
    Ok(info)
}

fn described(name: &str, meta: &Meta) -> ArrayInfo {
    ArrayInfo {
        name: name.into(),
        dtype: Some(meta.dtype()),
        note: if meta.chain.element().half { "float16".into() } else { String::new() },
        shape: meta.shape.clone(),
        chunks: Some(meta.chunks.clone()),
        codecs: meta.codecs(),
        attributes: meta.attributes.clone(),
    }
}

fn walk(directory: &Path, prefix: &str, depth: usize, info: &mut Info) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|e| e.file_type().is_ok_and(|t| t.is_dir()))
        .filter_map(|e| e.file_name().into_string().ok())
        .filter(|n| !n.starts_with('.') && !n.starts_with("__"))
        .take(MAX_NODES)
        .collect();
    names.sort();
    for name in names {
        if info.arrays.len() + info.groups.len() >= MAX_NODES {
            return;
        }
        let path = directory.join(&name);
        let name = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        match node(&path) {
            Ok(Some(Node::Array(meta, _))) => info.arrays.push(described(&name, &meta)),
            Ok(Some(Node::Group(attributes))) => {
                info.groups.push((name.clone(), attributes));
                if depth < MAX_DEPTH {
                    walk(&path, &name, depth + 1, info);
                }
            }
            Ok(None) => {}
            Err(note) => info.arrays.push(ArrayInfo { name, note, ..ArrayInfo::default() }),
        }
    }
}

/// The names of the arrays and groups below a directory.
pub(super) fn below(directory: &Path) -> (Vec<String>, Vec<String>) {
    let mut info = Info::default();
    walk(directory, "", 0, &mut info);
    let arrays = info.arrays.into_iter().map(|a| a.name).collect();
    (arrays, info.groups.into_iter().map(|g| g.0).collect())
}
