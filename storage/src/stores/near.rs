//! Short reads of an object, answered from blocks around them: a request takes as long as reading
//! a megabyte.

use super::object::Object;
use crate::file::{Reach, ReadAt, Stopped};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes of a block.
const BLOCK: usize = 512 << 10;
/// Blocks that are kept.
const BLOCKS: usize = 8;
/// The most bytes that are kept.
pub(super) const KEPT: usize = BLOCK * BLOCKS;

/// The number of a block, and its bytes.
type Block = (u64, Arc<Vec<u8>>);

/// An object and the blocks of it that were read last.
pub(super) struct Near {
    object: Object,
    /// The one used last is at the end.
    blocks: Mutex<Vec<Block>>,
}

impl Near {
    pub(super) fn of(object: Object) -> Near {
        Near { object, blocks: Mutex::default() }
    }

    fn blocks(&self) -> MutexGuard<'_, Vec<Block>> {
        self.blocks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether blocks are kept.
    pub(super) fn is_held(&self) -> bool {
        !self.blocks().is_empty()
    }

    pub(super) fn release(&self) {
        *self.blocks() = vec![];
    }

    fn block(&self, number: u64, stop: &AtomicBool) -> Result<Arc<Vec<u8>>, Stopped> {
        {
            let mut blocks = self.blocks();
            if let Some(place) = blocks.iter().position(|(n, _)| *n == number) {
                let found = blocks.remove(place);
                let bytes = found.1.clone();
                blocks.push(found);
                return Ok(bytes);
            }
        }
        let start = number * BLOCK as u64;
        let length = (self.object.length()? - start).min(BLOCK as u64) as usize;
        let mut bytes = vec![0; length];
        self.object.read_at(&mut bytes, start, stop)?;
        let bytes = Arc::new(bytes);
        let mut blocks = self.blocks();
        if blocks.len() == BLOCKS {
            blocks.remove(0);
        }
        blocks.push((number, bytes.clone()));
        Ok(bytes)
    }
}

impl ReadAt for Near {
    fn length(&self) -> Result<u64, Stopped> {
        self.object.length()
    }

    fn read_at(&self, out: &mut [u8], at: u64, stop: &AtomicBool) -> Result<(), Stopped> {
        if out.len() > BLOCK / 2 {
            return self.object.read_at(out, at, stop);
        }
        let (mut done, mut at) = (0, at);
        while done < out.len() {
            let block = self.block(at / BLOCK as u64, stop)?;
            let inside = (at % BLOCK as u64) as usize;
            let n = (out.len() - done).min(block.len().saturating_sub(inside));
            if n == 0 {
                return Err(Stopped::Bad("it ends too early".into()));
            }
            out[done..done + n].copy_from_slice(&block[inside..inside + n]);
            done += n;
            at += n as u64;
        }
        Ok(())
    }

    fn reach(&self) -> Reach {
        self.object.reach()
    }
}
