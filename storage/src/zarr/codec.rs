//! The codecs of chunks: from the bytes of a store to elements, and back.
//!
//! Every decoder is told the most that it may produce and stops there: what a chunk's bytes claim
//! about their decoded size is never believed.

use super::blosc;
use crate::element::Element;
use arr_ir::shape::{Shape, count, row_major};
use std::io::{self, Read, Write};

/// A codec from bytes to bytes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ByteCodec {
    Gzip(u32),
    Zlib(u32),
    Zstd {
        level: i32,
        checksum: bool,
    },
    Lz4,
    Blosc,
    Crc32c,
    /// Bytes of elements of this size sorted by significance.
    Shuffle(usize),
}

/// How a chunk becomes bytes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chain {
    /// Dimension `i` of the stored chunk is dimension `order[i]` of the array.
    pub order: Option<Vec<usize>>,
    pub inner: Inner,
    /// In the order of encoding.
    pub bytes: Vec<ByteCodec>,
}

/// The step from elements to bytes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Inner {
    Bytes(Element),
    Shard(Box<Shard>),
}

/// A chunk that is made of smaller ones.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shard {
    pub chunks: Shape,
    pub chain: Chain,
    pub index_checksum: bool,
    pub index_big_endian: bool,
    pub index_at_start: bool,
}

impl ByteCodec {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            ByteCodec::Gzip(_) => "gzip",
            ByteCodec::Zlib(_) => "zlib",
            ByteCodec::Zstd { .. } => "zstd",
            ByteCodec::Lz4 => "lz4",
            ByteCodec::Blosc => "blosc",
            ByteCodec::Crc32c => "crc32c",
            ByteCodec::Shuffle(_) => "shuffle",
        }
    }

    /// The most bytes that it makes of `bytes`.
    fn grown(&self, bytes: usize) -> usize {
        match self {
            ByteCodec::Crc32c => bytes + 4,
            ByteCodec::Shuffle(_) => bytes,
            _ => bytes + bytes / 8 + (64 << 10),
        }
    }

    fn decode(&self, data: Vec<u8>, most: usize) -> Result<Vec<u8>, String> {
        match self {
            ByteCodec::Gzip(_) => bounded(flate2::read::GzDecoder::new(&data[..]), most),
            ByteCodec::Zlib(_) => bounded(flate2::read::ZlibDecoder::new(&data[..]), most),
            ByteCodec::Zstd { .. } => zstd_block(&data, most),
            ByteCodec::Lz4 => {
                let (size, block) = data.split_at_checked(4).ok_or("it ends too early")?;
                let size = u32::from_le_bytes([size[0], size[1], size[2], size[3]]) as usize;
                lz4_block(block, size, most)
            }
            ByteCodec::Blosc => blosc::decode(&data, most),
            ByteCodec::Crc32c => {
                let at = data.len().checked_sub(4).ok_or("it ends too early")?;
                let stored = data[at..].try_into().expect("four bytes");
                match crc32c(&data[..at]) == u32::from_le_bytes(stored) {
                    true => Ok(data[..at].to_vec()),
                    false => Err("its checksum is wrong".into()),
                }
            }
            ByteCodec::Shuffle(size) => {
                let mut out = vec![0; data.len()];
                blosc::unshuffle(*size, &data, &mut out);
                Ok(out)
            }
        }
    }

    fn encode(&self, data: Vec<u8>) -> io::Result<Vec<u8>> {
        match self {
            ByteCodec::Gzip(level) => {
                let level = flate2::Compression::new(*level);
                let mut to = flate2::write::GzEncoder::new(vec![], level);
                to.write_all(&data)?;
                to.finish()
            }
            ByteCodec::Zstd { level, checksum } => {
                let mut to = zstd::bulk::Compressor::new(*level)?;
                to.include_checksum(*checksum)?;
                to.compress(&data)
            }
            ByteCodec::Crc32c => {
                let sum = crc32c(&data).to_le_bytes();
                Ok([data, sum.to_vec()].concat())
            }
            other => Err(io::Error::other(format!("{} is not written", other.name()))),
        }
    }
}

/// Reads at most `most` bytes; more is an error.
fn bounded(from: impl Read, most: usize) -> Result<Vec<u8>, String> {
    let mut out = vec![];
    let read = from.take(most as u64 + 1).read_to_end(&mut out);
    read.map_err(|_| "it does not decompress".to_string())?;
    if out.len() > most { Err("it is longer than a chunk".into()) } else { Ok(out) }
}

pub(super) fn zstd_block(data: &[u8], most: usize) -> Result<Vec<u8>, String> {
    // What the frame says only makes the buffer smaller.
    let claimed = zstd::zstd_safe::get_frame_content_size(data).ok().flatten();
    let size = claimed.map_or(most, |n| (n as usize).min(most));
    let mut out = room(size)?;
    let mut decoder = zstd::bulk::Decompressor::new().map_err(|e| e.to_string())?;
    decoder
        .decompress_to_buffer(data, &mut out)
        .map_err(|_| "it does not decompress".to_string())?;
    Ok(out)
}

pub(super) fn lz4_block(block: &[u8], size: usize, most: usize) -> Result<Vec<u8>, String> {
    // A byte of the block stands for at most 255.
    if size > most || size > block.len().saturating_mul(256) {
        return Err("it is longer than a chunk".into());
    }
    let mut out = vec![0; size];
    match lz4_flex::block::decompress_into(block, &mut out) {
        Ok(n) if n == size => Ok(out),
        _ => Err("it does not decompress".into()),
    }
}

pub(super) fn zlib_block(block: &[u8], most: usize) -> Result<Vec<u8>, String> {
    bounded(flate2::read::ZlibDecoder::new(block), most)
}

/// An empty vector with this capacity, or an error.
pub(crate) fn room(bytes: usize) -> Result<Vec<u8>, String> {
    let mut out = vec![];
    match out.try_reserve_exact(bytes) {
        Ok(()) => Ok(out),
        Err(_) => Err(format!("no memory for a chunk of {bytes} bytes")),
    }
}

impl Chain {
    /// The element, wherever in the chain it is named.
    pub(crate) fn element(&self) -> Element {
        match &self.inner {
            Inner::Bytes(element) => *element,
            Inner::Shard(shard) => shard.chain.element(),
        }
    }

    /// Whether chunks are dense row-major elements as in memory.
    pub(crate) fn is_plain(&self) -> bool {
        let native = matches!(&self.inner, Inner::Bytes(element) if element.is_native());
        native && self.order.is_none() && self.bytes.is_empty()
    }

    /// The most bytes that a chunk of `bytes` takes in the store.
    pub(crate) fn encoded_bound(&self, bytes: usize) -> usize {
        self.bytes.iter().fold(bytes, |n, codec| codec.grown(n))
    }

    /// The bytes of `size` that were given to the first byte codec.
    pub(crate) fn unpacked(&self, data: Vec<u8>, size: usize) -> Result<Vec<u8>, String> {
        let mut bounds = vec![size];
        for codec in &self.bytes {
            bounds.push(codec.grown(bounds[bounds.len() - 1]));
        }
        let mut data = data;
        for (codec, bound) in self.bytes.iter().zip(bounds).rev() {
            data = codec.decode(data, bound)?;
        }
        match data.len() == size {
            true => Ok(data),
            false => Err(format!("{} bytes instead of {size}", data.len())),
        }
    }

    /// Decodes a chunk of elements into `out`, dense row-major.
    pub(crate) fn decode(
        &self,
        data: Vec<u8>,
        shape: &[usize],
        out: &mut [u8],
    ) -> Result<(), String> {
        let element = self.element();
        let mut stored = self.unpacked(data, count(shape) * element.stored_size())?;
        if let Some(order) = &self.order {
            stored = straighten(&stored, shape, order, element.stored_size());
        }
        element.decode(&mut stored, out);
        Ok(())
    }

    /// Encodes dense row-major elements of this machine; without an order and of plain elements.
    pub(crate) fn encode(&self, data: Vec<u8>) -> io::Result<Vec<u8>> {
        self.bytes.iter().try_fold(data, |data, codec| codec.encode(data))
    }
}

/// A chunk stored with its dimensions in another order, in its own.
fn straighten(stored: &[u8], shape: &[usize], order: &[usize], size: usize) -> Vec<u8> {
    let stored_shape: Shape = order.iter().map(|&d| shape[d]).collect();
    let stored_strides = row_major(&stored_shape);
    let mut strides = vec![0usize; shape.len()];
    for (&dim, &stride) in order.iter().zip(&stored_strides) {
        strides[dim] = stride as usize * size;
    }
    let mut out = vec![0; stored.len()];
    let mut index = vec![0usize; shape.len()];
    let mut at = 0;
    for to in out.chunks_exact_mut(size) {
        to.copy_from_slice(&stored[at..at + size]);
        for axis in (0..shape.len()).rev() {
            index[axis] += 1;
            at += strides[axis];
            if index[axis] < shape[axis] {
                break;
            }
            at -= strides[axis] * shape[axis];
            index[axis] = 0;
        }
    }
    out
}

/// The CRC-32C (Castagnoli) checksum.
pub(crate) fn crc32c(data: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut i = 0;
        while i < 256 {
            let mut value = i as u32;
            let mut bit = 0;
            while bit < 8 {
                value = if value & 1 == 1 { value >> 1 ^ 0x82f6_3b78 } else { value >> 1 };
                bit += 1;
            }
            table[i] = value;
            i += 1;
        }
        table
    };
    !data.iter().fold(!0, |sum, b| TABLE[((sum ^ *b as u32) & 0xff) as usize] ^ sum >> 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums() {
        // RFC 3720, appendix B.4.
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }

    #[test]
    fn decoders_stop_at_the_expected_size() {
        let zeros = vec![0u8; 1 << 20];
        for codec in [ByteCodec::Gzip(5), ByteCodec::Zstd { level: 3, checksum: false }] {
            let packed = codec.encode(zeros.clone()).unwrap();
            assert_eq!(codec.decode(packed.clone(), 1 << 20).unwrap(), zeros);
            assert!(codec.decode(packed, (1 << 20) - 1).is_err());
        }
    }
}
