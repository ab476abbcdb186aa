//! PNG images: palettes become colours, samples of fewer than eight bits become bytes.

use super::*;
use ::png::{BitDepth, Decoder, Limits, Reader, Transformations};

fn reader(from: BufReader<Stream>) -> Result<Reader<BufReader<Stream>>, ::png::DecodingError> {
    let mut decoder = Decoder::new_with_limits(from, Limits { bytes: MAX_IMAGE });
    decoder.set_transformations(Transformations::EXPAND);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.read_info()
}

fn described(reader: &Reader<BufReader<Stream>>) -> (DType, Shape) {
    let (colour, depth) = reader.output_color_type();
    let info = reader.info();
    let mut shape: Shape = [info.height as usize, info.width as usize].into_iter().collect();
    if colour.samples() > 1 {
        shape.push(colour.samples());
    }
    (if depth == BitDepth::Sixteen { DType::U16 } else { DType::U8 }, shape)
}

/// Dtype and shape.
pub(super) fn header(from: BufReader<Stream>) -> Result<(DType, Shape), String> {
    guarded(|| reader(from).map(|r| described(&r)))
}

/// All samples, as in memory.
pub(super) fn pixels(from: BufReader<Stream>) -> Result<Vec<u8>, String> {
    let mut out = guarded(|| {
        let mut reader = reader(from)?;
        let (dtype, shape) = described(&reader);
        let mut out = vec![0; count(&shape) * dtype.size()];
        reader.next_frame(&mut out)?;
        // The rest of the file has checksums too.
        reader.finish()?;
        Ok::<_, ::png::DecodingError>((out, dtype))
    })?;
    if out.1 == DType::U16 {
        out.0.chunks_exact_mut(2).for_each(<[u8]>::reverse);
    }
    Ok(out.0)
}
