//! Boxes between files and memory, on several threads at once.

use super::layout::movers;
use super::run::on_disk;
use crate::buffer::{Buffer, OutOfMemory};
use crate::engine::{Engine, RunError};
use crate::progress::Progress;
use arr_ir::dtype::Scalar;
use arr_ir::routine::Workers;
use arr_ir::shape::{Shape, count, row_major};
use arr_storage::boxes::{self, Around, Runs};
use arr_storage::{Sink, Source, StorageError};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

/// Pieces per thread that a box is cut into at most.
const PIECES: usize = 2;
/// Bytes below which a box is not cut.
const SMALL: usize = 1 << 20;
/// Bytes above which a piece is cut again where it can be, so that the progress is seen.
const LARGE: usize = 32 << 20;

impl From<StorageError> for RunError {
    fn from(error: StorageError) -> RunError {
        match error {
            StorageError::File(text) => RunError::File(text),
            StorageError::Interrupted => RunError::Interrupted,
        }
    }
}

/// A cut of a box along its first dimension of more than one index: pieces lie one after the
/// other, and meet chunks of the file at their edges only.
struct Cut {
    dim: usize,
    edges: Vec<usize>,
}

fn cut(start: &[usize], shape: &[usize], chunks: Option<&[usize]>, bytes: usize, n: usize) -> Cut {
    let dim = shape.iter().position(|&n| n > 1).unwrap_or(0);
    let Some(&extent) = shape.get(dim) else { return Cut { dim, edges: vec![] } };
    let mut edges = vec![0];
    let pieces = if bytes >= SMALL && n > 1 { n * PIECES } else { 1 };
    let pieces = pieces.max(bytes / LARGE).min(extent);
    if pieces > 1 {
        let chunk = chunks.and_then(|c| c.get(dim)).map_or(1, |&c| c.max(1));
        for piece in 1..pieces {
            // The chunk edge at or after an even cut.
            let even = start[dim] + extent * piece / pieces;
            let edge = even.next_multiple_of(chunk) - start[dim];
            if edge > *edges.last().expect("the first") && edge < extent {
                edges.push(edge);
            }
        }
    }
    edges.push(extent);
    Cut { dim, edges }
}

type Piece<T> = (Shape, Shape, T);

/// The pieces of a box, each with its part of what `split` cuts bytes from.
fn pieces<T>(
    start: &[usize],
    shape: &[usize],
    cut: &Cut,
    row: usize,
    mut split: impl FnMut(usize) -> T,
) -> Vec<Piece<T>> {
    let windows = cut.edges.windows(2);
    let one = |w: &[usize]| {
        let (mut from, mut size): (Shape, Shape) = (start.into(), shape.into());
        from[cut.dim] += w[0];
        size[cut.dim] = w[1] - w[0];
        let bytes = (w[1] - w[0]) * row;
        (from, size, split(bytes))
    };
    match shape.is_empty() {
        true => vec![(start.into(), shape.into(), split(row))],
        false => windows.map(one).collect(),
    }
}

/// Threads that move the pieces of a box, and what counts the bytes of each that is done.
pub type Movers<'a> = (&'a dyn Workers, &'a Progress);

fn each<T: Send>(
    (workers, progress): Movers<'_>,
    item: usize,
    pieces: Vec<Piece<T>>,
    work: &(dyn Fn(Piece<T>) -> Result<(), StorageError> + Sync),
) -> Result<(), RunError> {
    let failure: Mutex<Option<StorageError>> = Mutex::new(None);
    let slots: Vec<Mutex<Option<Piece<T>>>> =
        pieces.into_iter().map(|p| Mutex::new(Some(p))).collect();
    workers.each(slots.len(), &|i| {
        let piece = slots[i].lock().unwrap_or_else(|e| e.into_inner()).take();
        let Some(piece) = piece else { return };
        let bytes = count(&piece.1) * item;
        match work(piece) {
            Ok(()) => progress.moved(bytes),
            Err(error) => {
                failure.lock().unwrap_or_else(|e| e.into_inner()).get_or_insert(error);
            }
        }
    });
    match failure.into_inner().unwrap_or_else(|e| e.into_inner()) {
        Some(error) => Err(error.into()),
        None => Ok(()),
    }
}

/// Bytes of one index along the cut dimension.
fn row(shape: &[usize], cut: &Cut, item: usize) -> usize {
    match shape.is_empty() {
        true => item,
        false => count(&shape[cut.dim + 1..]) * item,
    }
}

/// Reads a box of a file into a new buffer's bytes.
pub fn read(
    source: &dyn Source,
    start: &[usize],
    shape: &[usize],
    out: &mut [u8],
    movers: Movers<'_>,
    stop: &AtomicBool,
) -> Result<(), RunError> {
    if out.is_empty() {
        return Ok(());
    }
    let item = source.dtype().size();
    let cut = cut(start, shape, source.chunks(), out.len(), movers.0.count());
    let row = row(shape, &cut, item);
    let mut rest = out;
    let pieces = pieces(start, shape, &cut, row, |bytes| {
        let (first, more) = std::mem::take(&mut rest).split_at_mut(bytes);
        rest = more;
        first
    });
    each(movers, item, pieces, &|(start, shape, out)| source.read(&start, &shape, out, stop))
}

/// Reads a box of the elements of a file under another shape of the same count.
pub fn read_reshaped(
    source: &dyn Source,
    shape: &[usize],
    start: &[usize],
    size: &[usize],
    out: &mut [u8],
    stop: &AtomicBool,
) -> Result<(), RunError> {
    let item = source.dtype().size();
    let runs = Runs::new(shape, start, size, item);
    let mut done = 0;
    runs.rows(|first| {
        let (n, stride) = runs.row();
        for i in 0..n {
            let at = (first + i as u64 * stride) as usize / item;
            let run = &mut out[done..done + runs.run];
            read_linear(source, at, run, stop)?;
            done += runs.run;
        }
        Ok(())
    })
    .map_err(|e: StorageError| e.into())
}

/// Reads elements that follow each other in row-major order.
fn read_linear(
    source: &dyn Source,
    first: usize,
    out: &mut [u8],
    stop: &AtomicBool,
) -> Result<(), StorageError> {
    let item = source.dtype().size();
    let mut rest = out;
    for (start, size) in boxes_of(source.shape(), first, rest.len() / item) {
        let (now, more) = std::mem::take(&mut rest).split_at_mut(count(&size) * item);
        source.read(&start, &size, now, stop)?;
        rest = more;
    }
    Ok(())
}

/// Reads elements that follow each other in row-major order, from an element on.
pub fn read_range(
    source: &dyn Source,
    first: usize,
    out: &mut [u8],
    stop: &AtomicBool,
) -> Result<(), RunError> {
    read_linear(source, first, out, stop).map_err(RunError::from)
}

/// The boxes, one after the other, that a range of row-major elements consists of.
pub fn boxes_of(shape: &[usize], first: usize, len: usize) -> Vec<(Shape, Shape)> {
    let strides = row_major(shape);
    let rank = shape.len();
    let (mut at, end) = (first, first + len);
    let mut boxes = vec![];
    while at < end {
        // The largest box that starts here: whole trailing dimensions, some of the one before.
        let mut index = Shape::from_elem(0, rank);
        let mut size = Shape::from_elem(1, rank);
        let mut position = at;
        for d in 0..rank {
            index[d] = position / strides[d] as usize;
            position %= strides[d] as usize;
        }
        let mut length = 1;
        for d in (0..rank).rev() {
            let stride = strides[d] as usize;
            let n = (shape[d] - index[d]).min((end - at) / stride);
            size[d] = n.max(1);
            length = stride * size[d];
            if index[d] != 0 || n < shape[d] {
                break;
            }
        }
        boxes.push((index, size));
        at += length;
    }
    boxes
}

/// What takes the boxes of a value: a file of ours or somebody's target.
pub type Writer<'a> = dyn Fn(&[usize], &[usize], &[u8]) -> Result<(), StorageError> + Sync + 'a;

/// Writes a dense buffer as the box that starts at `start`.
pub fn write(
    writer: &Writer<'_>,
    chunks: Option<&[usize]>,
    start: &[usize],
    buffer: &Buffer,
    movers: Movers<'_>,
) -> Result<(), RunError> {
    let mut rest = buffer.bytes().ok_or_else(|| RunError::Bug("a box is not dense".into()))?;
    let shape = buffer.shape();
    if rest.is_empty() {
        return Ok(());
    }
    let item = buffer.dtype().size();
    let cut = cut(start, shape, chunks, rest.len(), movers.0.count());
    let row = row(shape, &cut, item);
    let pieces = pieces(start, shape, &cut, row, |bytes| {
        let (first, more) = rest.split_at(bytes);
        rest = more;
        first
    });
    each(movers, item, pieces, &|(start, shape, data)| writer(&start, &shape, data))
}

/// The element of a file at a row-major position.
///
/// # Errors
/// The file cannot be read.
pub fn element(
    source: &dyn Source,
    position: usize,
    stop: &AtomicBool,
) -> Result<Scalar, RunError> {
    let mut bytes = [0; 16];
    let out = &mut bytes[..source.dtype().size()];
    read_linear(source, position, out, stop)?;
    Ok(Scalar::from_bytes(&bytes, source.dtype()))
}

/// A whole file in memory.
///
/// # Errors
/// No memory, or the file cannot be read.
pub fn load(engine: &Engine, source: &dyn Source) -> Result<Buffer, RunError> {
    let shape: Shape = source.shape().into();
    let mut buffer = Buffer::new(engine.pool(), source.dtype(), shape.clone())?;
    let origin = Shape::from_elem(0, shape.len());
    let bytes = buffer.bytes_mut().expect("a new buffer is dense and unshared");
    read(
        source,
        &origin,
        &shape,
        bytes,
        (&engine.team(movers_of(engine, source)), engine.progress()),
        &engine.cancel(),
    )?;
    Ok(buffer)
}

/// Writes a whole array in memory to a file under construction.
///
/// # Errors
/// No memory for a dense copy, the stop flag, or writing failed.
pub fn save(engine: &Engine, buffer: &Buffer, sink: &dyn Sink) -> Result<(), RunError> {
    let (dtype, shape) = (buffer.dtype(), buffer.shape());
    let dense = buffer.densified(engine.pool())?;
    let bytes = dense.bytes().expect("just made dense");
    let unit = unit(shape, dtype.size(), sink.chunks(), COPY_BYTES);
    let whole = Around { origin: &Shape::from_elem(0, shape.len()), shape };
    each_unit(engine, shape, &unit, engine.options().threads, &|start, size| {
        let runs = Runs::new(shape, start, size, dtype.size());
        let progress = engine.progress();
        if runs.dims.is_empty() {
            let first = runs.first as usize;
            sink.write(start, size, &bytes[first..first + runs.run])?;
            progress.moved(runs.run);
            return Ok(());
        }
        let mut part = Buffer::new(engine.pool(), dtype, size.into())?;
        let to = part.bytes_mut().expect("a new buffer is dense and unshared");
        boxes::copy(&whole, bytes, &Around { origin: start, shape: size }, to, dtype.size());
        sink.write(start, size, to)?;
        progress.moved(size.iter().product::<usize>() * dtype.size());
        Ok(())
    })
}

/// Copies a whole file to one under construction.
///
/// # Errors
/// No memory for a box, before anything is read; reading or writing failed, or the stop flag.
pub fn copy_all(engine: &Engine, source: &dyn Source, sink: &dyn Sink) -> Result<(), RunError> {
    let (dtype, shape) = (source.dtype(), source.shape());
    let threads = engine.options().threads.max(1);
    let (used, limit) = (engine.pool().stats().used, engine.pool().limit());
    let free = limit.saturating_sub(used);
    let base = sink.chunks().or(source.chunks());
    let unit = unit(shape, dtype.size(), base, COPY_BYTES.min(free / (4 * threads)));
    // A chunk as it is laid out, and encoded.
    let chunk = sink.chunks().map_or(0, |c| count(&clipped(c, shape)));
    let beside = on_disk(source).scratch + 2 * chunk * dtype.size();
    let each = (count(&unit) * dtype.size()).next_multiple_of(64 << 10) + beside;
    if each > free {
        return Err(OutOfMemory { asked: each, used, limit }.into());
    }
    let threads = (free / each.max(1)).clamp(1, movers_of(engine, source));
    let stop = engine.cancel();
    each_unit(engine, shape, &unit, threads, &|start, size| {
        let _beside = engine.pool().charge(beside)?;
        let mut part = Buffer::new(engine.pool(), dtype, size.into())?;
        let bytes = part.bytes_mut().expect("a new buffer is dense and unshared");
        source.read(start, size, bytes, &stop)?;
        engine.progress().moved(bytes.len());
        sink.write(start, size, bytes)?;
        engine.progress().moved(bytes.len());
        Ok(())
    })
}

/// How many threads may read a file at once.
fn movers_of(engine: &Engine, source: &dyn Source) -> usize {
    let options = engine.options();
    movers(on_disk(source).scratch, options.threads, options.memory)
}

/// A chunk shape, clipped to that of the array.
pub fn clipped(chunks: &[usize], shape: &[usize]) -> Shape {
    chunks.iter().zip(shape).map(|(&c, &n)| c.clamp(1, n.max(1))).collect()
}

/// Bytes of a box that is copied at once.
const COPY_BYTES: usize = 8 << 20;

/// The shape of boxes to copy: whole multiples of `base`, as many as fit into `bytes`, the last
/// dimensions first.
fn unit(shape: &[usize], item: usize, base: Option<&[usize]>, bytes: usize) -> Shape {
    let mut unit: Shape = match base {
        Some(base) => clipped(base, shape),
        None => Shape::from_elem(1, shape.len()),
    };
    for d in (0..shape.len()).rev() {
        let now = (count(&unit) * item).max(1);
        let times = (bytes / now).clamp(1, shape[d].div_ceil(unit[d]).max(1));
        unit[d] = (unit[d] * times).min(shape[d].max(1));
        if unit[d] < shape[d] {
            break;
        }
    }
    unit
}

/// What is done with a box, given its first index and its shape.
type BoxWork<'w> = dyn Fn(&[usize], &[usize]) -> Result<(), RunError> + Sync + 'w;

/// Calls `work` with every box of a grid, on so many threads.
fn each_unit(
    engine: &Engine,
    shape: &[usize],
    unit: &[usize],
    threads: usize,
    work: &BoxWork<'_>,
) -> Result<(), RunError> {
    let grid: Shape = shape.iter().zip(unit).map(|(&n, &u)| n.div_ceil(u)).collect();
    let failure: Mutex<Option<RunError>> = Mutex::new(None);
    let stop = engine.cancel();
    engine.team(threads).each(count(&grid), &|i| {
        if failure.lock().unwrap_or_else(|e| e.into_inner()).is_some() {
            return;
        }
        let mut start = Shape::from_elem(0, shape.len());
        let mut rest = i;
        for d in (0..shape.len()).rev() {
            start[d] = rest % grid[d] * unit[d];
            rest /= grid[d];
        }
        let size: Shape = (0..shape.len()).map(|d| unit[d].min(shape[d] - start[d])).collect();
        let stopped = stop.load(std::sync::atomic::Ordering::Relaxed);
        let result = if stopped { Err(RunError::Interrupted) } else { work(&start, &size) };
        if let Err(error) = result {
            failure.lock().unwrap_or_else(|e| e.into_inner()).get_or_insert(error);
        }
    });
    failure.into_inner().unwrap_or_else(|e| e.into_inner()).map_or(Ok(()), Err)
}
