//! How fast this machine moves memory: what a run can be compared with.
//!
//! The kernels are those of STREAM (J. D. McCalpin, "Memory bandwidth and machine balance in
//! current high performance computers", 1995) over arrays of the engine's, on its threads, with
//! streaming stores as the executor uses them, so that a byte written is moved once. Bytes are
//! counted as there: 16 of a copied element, 24 of one of the triad, 8 of one that is only read.
#![allow(unsafe_code, reason = "streaming stores take addresses")]

use super::tiles::Level;
use super::tiles::copy::{fence, stream_copy};
use crate::buffer::{Buffer, OutOfMemory};
use crate::engine::Engine;
use arr_ir::dtype::DType;
use arr_ir::routine::Workers;
use std::hint::black_box;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Bytes of each of the three arrays: several times what caches hold.
const BYTES: usize = 128 << 20;
/// Elements that a thread takes at once.
const SLICE: usize = 32 << 10;
/// Elements computed in the cache before they are stored.
const TILE: usize = 512;
/// How often each kernel runs; the best run counts.
const RUNS: usize = 4;

/// Bytes per second, all threads together.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bandwidth {
    /// `a[i] = b[i]`.
    pub copy: f64,
    /// `a[i] = b[i] + s * c[i]`.
    pub triad: f64,
    /// The sum of `a`.
    pub read: f64,
}

/// Measures it, in a few tenths of a second.
///
/// # Errors
/// There is no room for three arrays.
pub fn bandwidth(engine: &Engine) -> Result<Bandwidth, OutOfMemory> {
    let n = BYTES / size_of::<f64>();
    let array = || Buffer::new(engine.pool(), DType::F64, [n].as_slice().into());
    let (mut a, mut b, mut c) = (array()?, array()?, array()?);
    let (a, b, c) = (elements(&mut a), elements(&mut b), elements(&mut c));
    for array in [&mut *a, &mut *b, &mut *c] {
        each(engine, array, &|_, part| part.fill(1.0));
    }
    let store = stream_copy(Level::detect());
    let copy = best(|| {
        each(engine, a, &|start, part| {
            let from = &b[start..start + part.len()];
            // SAFETY: both hold as many bytes, in different arrays; the level is available.
            unsafe { store(part.as_mut_ptr().cast(), from.as_ptr().cast(), size_of_val(part)) };
            fence();
        });
    });
    let triad = best(|| {
        each(engine, a, &|start, part| {
            let mut tile = [0.0; TILE];
            for (at, out) in part.chunks_mut(TILE).enumerate() {
                let from = start + at * TILE..start + at * TILE + out.len();
                for ((t, b), c) in tile.iter_mut().zip(&b[from.clone()]).zip(&c[from]) {
                    *t = b + 3.0 * c;
                }
                // SAFETY: as above.
                unsafe { store(out.as_mut_ptr().cast(), tile.as_ptr().cast(), size_of_val(out)) };
            }
            fence();
        });
    });
    let read = best(|| {
        each(engine, b, &|_, part| {
            let mut lanes = [0.0; 16];
            for row in part.chunks_exact(lanes.len()) {
                lanes.iter_mut().zip(row).for_each(|(lane, x)| *lane += x);
            }
            black_box(lanes);
        });
    });
    let bytes = BYTES as f64;
    Ok(Bandwidth { copy: 2.0 * bytes / copy, triad: 3.0 * bytes / triad, read: bytes / read })
}

fn elements(buffer: &mut Buffer) -> &mut [f64] {
    bytemuck::cast_slice_mut(buffer.bytes_mut().expect("nothing shares it"))
}

/// Does something to every slice of an array on all threads, given where the slice begins.
fn each(engine: &Engine, array: &mut [f64], work: &(dyn Fn(usize, &mut [f64]) + Sync)) {
    let team = engine.team(usize::MAX);
    let parts: Vec<Mutex<&mut [f64]>> = array.chunks_mut(SLICE).map(Mutex::new).collect();
    team.each(parts.len(), &|i| {
        work(i * SLICE, &mut parts[i].lock().unwrap_or_else(PoisonError::into_inner));
    });
}

/// Seconds of the fastest of several runs.
fn best(mut run: impl FnMut()) -> f64 {
    let times = (0..RUNS).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64()
    });
    times.fold(f64::INFINITY, f64::min)
}
