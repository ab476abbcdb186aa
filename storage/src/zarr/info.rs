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
    info_in(&Directory::open(path).map_err(|e| e.at(path))?, path)
}

/// The same of a store, wherever that lies.
pub(crate) fn info_in(tree: &dyn Tree, path: &Path) -> Result<Info, StorageError> {
    let mut info = Info::default();
    let top = node(tree, "").map_err(|e| e.at(path))?;
    let version = match top {
        None => {
            let why = "it holds no Zarr metadata (zarr.json or .zarray)";
            return Err(failure("read", path, why));
        }
        Some(Node::Array { meta, document, .. }) => {
            info.arrays.push(described("", &meta));
            if document == "zarr.json" { 3 } else { 2 }
        }
        Some(Node::Group { attributes, version }) => {
            info.groups.push((String::new(), attributes));
            walk(tree, "", "", 0, &mut info).map_err(|e| e.at(path))?;
            version
        }
    };
    info.format = format!("Zarr {version}");
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

/// Adds what lies below a key, which has the name `prefix`.
fn walk(
    tree: &dyn Tree,
    at: &str,
    prefix: &str,
    depth: usize,
    info: &mut Info,
) -> Result<(), Stopped> {
    let plain = |n: &String| !n.starts_with('.') && !n.starts_with("__");
    let children = match tree.children(at) {
        Err(Stopped::Io(_)) => return Ok(()),
        children => children?,
    };
    let mut names: Vec<String> = children.into_iter().filter(plain).take(MAX_NODES).collect();
    names.sort();
    for name in names {
        if info.arrays.len() + info.groups.len() >= MAX_NODES {
            break;
        }
        let (key, name) = (join(at, &name), join(prefix, &name));
        match node(tree, &key) {
            Ok(Some(Node::Array { meta, .. })) => info.arrays.push(described(&name, &meta)),
            Ok(Some(Node::Group { attributes, .. })) => {
                info.groups.push((name.clone(), attributes));
                if depth < MAX_DEPTH {
                    walk(tree, &key, &name, depth + 1, info)?;
                }
            }
            Ok(None) => {}
            Err(Stopped::Bad(note)) => {
                info.arrays.push(ArrayInfo { name, note, ..ArrayInfo::default() });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The names of the arrays below a key, without the key.
pub(super) fn arrays_below(tree: &dyn Tree, at: &str) -> Result<Vec<String>, Stopped> {
    let mut info = Info::default();
    walk(tree, at, "", 0, &mut info)?;
    Ok(info.arrays.into_iter().map(|a| a.name).collect())
}
