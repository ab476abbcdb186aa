//! Tables of where lanes go.

/// Where lanes go, for a set of bits `M` of their index.
pub struct Index<const M: usize>;

impl<const M: usize> Index<M> {
    /// The index with those bits turned, 8 lanes of 64 bits.
    pub const SWAP_8X64: [u64; 8] = {
        let mut to = [0; 8];
        let mut i = 0;
        while i < 8 {
            to[i] = (i ^ M) as u64 & 7;
            i += 1;
        }
        to
    };
    /// The same, lanes of 32 bits.
    pub const SWAP_32: [u32; 16] = {
        let mut to = [0; 16];
        let mut i = 0;
        while i < 16 {
            to[i] = (i ^ M) as u32 & 15;
            i += 1;
        }
        to
    };
    /// The same for 4 lanes of 64 bits as halves.
    pub const SWAP_4X64: [u32; 8] = {
        let mut to = [0; 8];
        let mut i = 0;
        while i < 8 {
            to[i] = (2 * (((i / 2) ^ M) & 3) + i % 2) as u32;
            i += 1;
        }
        to
    };
    /// A bit for each lane whose index has one of those bits.
    pub const MASK: u16 = {
        let (mut mask, mut i) = (0, 0);
        while i < 16 {
            mask |= ((i & M != 0) as u16) << i;
            i += 1;
        }
        mask
    };
    /// All bits of the lanes of 64 bits whose index has one of those bits.
    pub const WIDE: [u64; 4] = {
        let mut to = [0; 4];
        let mut i = 0;
        while i < 4 {
            to[i] = if i & M != 0 { u64::MAX } else { 0 };
            i += 1;
        }
        to
    };
    /// All bits of the lanes of 32 bits whose index has one of those bits.
    pub const NARROW: [u32; 8] = {
        let mut to = [0; 8];
        let mut i = 0;
        while i < 8 {
            to[i] = if i & M != 0 { u32::MAX } else { 0 };
            i += 1;
        }
        to
    };
}

/// For each mask of 8 lanes the lanes that are set, then the others, both in their order.
pub static PACK_8: [[u8; 8]; 256] = {
    let mut table = [[0; 8]; 256];
    let mut mask = 0;
    while mask < 256 {
        let (mut i, mut n) = (0, 0);
        while i < 16 {
            // First round the lanes that are set, second round the others.
            if mask >> (i % 8) & 1 == (i < 8) as usize {
                table[mask][n] = (i % 8) as u8;
                n += 1;
            }
            i += 1;
        }
        mask += 1;
    }
    table
};

/// For each mask of 4 lanes the halves of those that are set, then of the others, both in their
/// order.
pub static PACK_4: [[u32; 8]; 16] = {
    let mut table = [[0; 8]; 16];
    let mut mask = 0;
    while mask < 16 {
        let (mut i, mut n) = (0, 0);
        while i < 8 {
            if mask >> (i % 4) & 1 == (i < 4) as usize {
                table[mask][2 * n] = 2 * (i as u32 % 4);
                table[mask][2 * n + 1] = 2 * (i as u32 % 4) + 1;
                n += 1;
            }
            i += 1;
        }
        mask += 1;
    }
    table
};
