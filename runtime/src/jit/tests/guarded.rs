//! Buffers between unreadable pages.

use std::ptr::null_mut;

const PAGE: usize = 4096;

/// Bytes that touch an unreadable page: a stray access dies at once.
pub struct Guarded {
    map: *mut u8,
    mapped: usize,
    start: *mut u8,
    len: usize,
}

/// Which end of the bytes touches an unreadable page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Edge {
    /// The first byte comes right after one.
    Start,
    /// The last byte comes right before one.
    End,
}

impl Guarded {
    pub fn new(len: usize, edge: Edge) -> Guarded {
        let room = len.div_ceil(PAGE).max(1) * PAGE;
        let mapped = room + 2 * PAGE;
        // SAFETY: a fresh anonymous mapping; the middle is made accessible before use.
        unsafe {
            let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
            let map = libc::mmap(null_mut(), mapped, libc::PROT_NONE, flags, -1, 0);
            assert_ne!(map, libc::MAP_FAILED);
            let map = map.cast::<u8>();
            let access = libc::PROT_READ | libc::PROT_WRITE;
            assert_eq!(libc::mprotect(map.add(PAGE).cast(), room, access), 0);
            let offset = if edge == Edge::Start { 0 } else { room - len };
            Guarded { map, mapped, start: map.add(PAGE + offset), len }
        }
    }

    pub fn ptr(&self) -> *mut u8 {
        self.start
    }

    pub fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: the bytes are mapped, and borrowed from `self` alone.
        unsafe { std::slice::from_raw_parts_mut(self.start, self.len) }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // SAFETY: the mapping made in `new`, which nothing uses any more.
        unsafe { libc::munmap(self.map.cast(), self.mapped) };
    }
}
