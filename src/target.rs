//! What a program asks of a file that it saves to, in the words of the storage.

use arr_compiler::format::escape_control;
use arr_compiler::host::{HostError, HostErrorKind, Target};
use arr_ir::graph::Graph;
use arr_storage::CreateOptions;

/// How the file is to be created.
pub(crate) fn options(target: &Target) -> Result<CreateOptions, HostError> {
    Ok(CreateOptions {
        chunks: target.chunks.clone(),
        compression: compression(target)?,
        name: target.name.clone(),
        delimiter: target.delimiter,
        header: target.header.clone(),
        ..CreateOptions::default()
    })
}

/// Whether the first result of a graph can go into a file part by part: it is read from there when
/// it is needed again.
pub(crate) fn takes_parts(target: &Target, graph: &Graph) -> bool {
    arr_storage::keeps_type(&target.path, Some(&graph[graph.roots[0]].shape))
}

/// A method and a level, as in `zstd:19`.
fn compression(target: &Target) -> Result<Option<arr_storage::Compression>, HostError> {
    use arr_storage::Compression::{Deflate, Zstd};
    let Some(text) = target.compression.as_deref() else { return Ok(None) };
    let (method, level) = text.split_once(':').map_or((text, None), |(m, l)| (m, Some(l)));
    let number = level.map(str::parse::<u8>);
    let made = match (method, number) {
        ("none", None) => return Ok(None),
        ("zstd", None) => Some(Zstd(3)),
        ("zstd", Some(Ok(n @ 1..=22))) => Some(Zstd(n)),
        ("gzip" | "deflate" | "zlib", None) => Some(Deflate(6)),
        ("gzip" | "deflate" | "zlib", Some(Ok(n @ 1..=9))) => Some(Deflate(n)),
        _ => None,
    };
    made.map(Some).ok_or_else(|| HostError {
        kind: HostErrorKind::Value,
        message: format!("`{}` is no way to compress", escape_control(text)),
        hint: Some(
            "write \"zstd\", \"zstd:1\" to \"zstd:22\", \"gzip\" or \"gzip:1\" to \"gzip:9\""
                .into(),
        ),
    })
}
