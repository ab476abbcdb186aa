//! Temporary.
#![allow(unsafe_code, clippy::missing_safety_doc)]
pub mod copy {
    pub unsafe fn pack(size: usize, dst: *mut u8, src: *const u8, m: usize, n: usize, rs: isize, cs: isize) {
        macro_rules! go { ($t:ty) => { unsafe {
            let d = dst.cast::<$t>();
            for j in 0..n { for i in 0..m { d.add(i * n + j).write(src.wrapping_offset(i as isize * rs + j as isize * cs).cast::<$t>().read_unaligned()); } }
        } } }
        match size { 1 => go!(u8), 2 => go!(u16), 4 => go!(u32), 8 => go!(u64), _ => go!(u128) }
    }
    pub unsafe fn stream_copy(dst: *mut u8, src: *const u8, bytes: usize) { unsafe { std::ptr::copy_nonoverlapping(src, dst, bytes) } }
    pub fn fence() {}
}
pub mod random {
    use arr_ir::{dtype::{DType, Scalar}, op::Dist};
    pub unsafe fn fill(dist: Dist, dtype: DType, dst: *mut u8, args: &[u64], first: u64, n: usize) {
        let scalars: Vec<Scalar> = args.iter().enumerate().map(|(i, &a)| Scalar { dtype: if i == 0 { DType::U64 } else { DType::I64 }, bits: a as u128 }).collect();
        for i in 0..n {
            let s = arr_ir::oracle::random(dist, dtype, &scalars, first + i as u64);
            unsafe { std::ptr::copy_nonoverlapping(s.bits.to_le_bytes().as_ptr(), dst.add(i * dtype.size()), dtype.size()) };
        }
    }
}
