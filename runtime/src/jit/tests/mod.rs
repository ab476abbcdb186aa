//! Programs against the reference interpreter.
#![allow(unsafe_code, reason = "tests run programs over raw tiles")]

mod generate;
mod guarded;
mod speed;

use super::*;
use arr_ir::dtype::{DType, Kind, Scalar};
use arr_ir::kernel::{Code, InstId, Kernel, KernelBuilder, Source};
use arr_ir::op::{MapOp, ROWS, Rule};
use generate::Random;
use guarded::{Edge, Guarded};

const REAL: [DType; 11] = [
    DType::Bool,
    DType::I8,
    DType::I16,
    DType::I32,
    DType::I64,
    DType::U8,
    DType::U16,
    DType::U32,
    DType::U64,
    DType::F32,
    DType::F64,
];
const LAYOUTS: [Layout; 4] = [Layout::Contiguous, Layout::Uniform, Layout::Constant, Layout::Tile];
const CANARY: u8 = 0xa5;

/// What an operand's tile consists of.
struct Data {
    elements: Vec<Scalar>,
    memory: Guarded,
    row_stride: usize,
    layout: Layout,
}

impl Data {
    fn new(
        random: &mut Random,
        dtype: DType,
        layout: Layout,
        m: usize,
        n: usize,
        gap: usize,
    ) -> Data {
        let size = dtype.size();
        let (count, row_stride) = match layout {
            Layout::Contiguous => (m * n, n * size + gap * size),
            Layout::Tile => (m * n, n * size),
            Layout::Uniform => (m, size + gap * size),
            Layout::Constant => (1, 0),
        };
        let elements: Vec<Scalar> = (0..count).map(|_| random.element(dtype)).collect();
        let columns = if matches!(layout, Layout::Contiguous | Layout::Tile) { n } else { 1 };
        let rows = count / columns;
        let len = (rows - 1) * row_stride + columns * size;
        let mut memory = Guarded::new(len, random.edge());
        memory.bytes().fill(0xee);
        for (i, element) in elements.iter().enumerate() {
            let at = i / columns * row_stride + i % columns * size;
            memory.bytes()[at..at + size].copy_from_slice(&element.bits.to_le_bytes()[..size]);
        }
        Data { elements, memory, row_stride, layout }
    }

    fn at(&self, r: usize, c: usize, n: usize) -> Scalar {
        match self.layout {
            Layout::Contiguous | Layout::Tile => self.elements[r * n + c],
            Layout::Uniform => self.elements[r],
            Layout::Constant => self.elements[0],
        }
    }
}

/// Bits with every NaN the same.
fn canonical(s: Scalar) -> u128 {
    match s.dtype.kind() {
        Kind::Float if s.as_f64().is_nan() => Scalar::from_f64(f64::NAN, s.dtype).bits,
        _ => s.bits,
    }
}

/// Runs a kernel over one tile and compares every element with the interpreter's.
fn check(
    compiler: &Compiler,
    kernel: &Kernel,
    layouts: &[Layout],
    (m, n): (usize, usize),
    gap: usize,
    random: &mut Random,
) {
    let program = compiler.program(kernel, layouts).unwrap_or_else(|e| panic!("{e}\n{kernel}"));
    assert!(m * n <= program.tile);
    let data: Vec<Data> = kernel
        .operands
        .iter()
        .zip(layouts)
        .map(|(o, &layout)| Data::new(random, o.dtype, layout, m, n, gap))
        .collect();
    let params: Vec<Scalar> = kernel.params.iter().map(|&d| random.element(d)).collect();
    let bits: Vec<u64> = params.iter().map(|p| p.bits as u64).collect();
    let size = kernel.dtype().size();
    let row_stride = (n + gap) * size;
    let mut out = Guarded::new((m - 1) * row_stride + n * size, random.edge());
    out.bytes().fill(CANARY);
    let scratch = Guarded::new(program.scratch_bytes(), Edge::End);
    for (i, slot) in program.operand_slots.iter().enumerate() {
        if let Some(slot) = slot {
            let bytes = m * n * kernel.operands[i].dtype.size();
            // SAFETY: a slot holds a tile of its operand.
            unsafe {
                let to = program.slot(scratch.ptr(), *slot);
                std::ptr::copy_nonoverlapping(data[i].memory.ptr(), to, bytes);
            }
        }
    }
    let operands: Vec<Span> = data
        .iter()
        .map(|d| match d.layout {
            Layout::Tile => Span { ptr: std::ptr::null_mut(), row_stride: 0 },
            _ => Span { ptr: d.memory.ptr(), row_stride: d.row_stride as isize },
        })
        .collect();
    let tile = TileArgs {
        operands: &operands,
        ahead: &[],
        params: &bits,
        out: Span { ptr: out.ptr(), row_stride: row_stride as isize },
        scratch: scratch.ptr(),
        m,
        n,
    };
    // SAFETY: everything is as large as the tile asks.
    unsafe { program.run(&tile) };
    for r in 0..m {
        for c in 0..n {
            let expected =
                kernel.evaluate(&params, &mut |o| data[o].at(r, c, n), &mut |_| unreachable!());
            let at = r * row_stride + c * size;
            let found = Scalar::from_bytes(&out.bytes()[at..], kernel.dtype());
            if canonical(expected) != canonical(found) {
                let inputs: Vec<Scalar> = data.iter().map(|d| d.at(r, c, n)).collect();
                panic!(
                    "[{r}, {c}] of {m} x {n}, {layouts:?}: {found:?} instead of {expected:?}\n\
                     of {inputs:?} {params:?}\n{kernel}\n{}",
                    compiler.clif(kernel, layouts)
                );
            }
        }
        let end = r * row_stride + n * size;
        let gap = if r + 1 < m { gap * size } else { 0 };
        assert!(out.bytes()[end..end + gap].iter().all(|&b| b == CANARY), "between rows\n{kernel}");
    }
}

/// The kernel of one operator over operands of these dtypes.
fn single(op: MapOp, operands: &[DType], result: DType) -> Kernel {
    let mut b = KernelBuilder::default();
    let args: Vec<InstId> = operands
        .iter()
        .map(|&dtype| {
            let operand = b.operand(dtype, Source::Memory);
            b.inst(Code::Load(operand), &[], dtype)
        })
        .collect();
    let result = b.inst(Code::Map(op), &args, result);
    b.finish(result)
}

/// Every kernel of one operator: each row in each real dtype it accepts, each cast.
fn singles() -> Vec<Kernel> {
    let mut kernels = Vec::new();
    for row in ROWS {
        for dtype in REAL {
            match row.rule {
                Rule::Select => {
                    kernels.push(single(row.op, &[DType::Bool, dtype, dtype], dtype));
                }
                Rule::Cast => {
                    kernels.extend(REAL.map(|to| single(row.op, &[dtype], to)));
                }
                _ => {
                    let operands = vec![dtype; row.arity as usize];
                    if let Ok((computed, result)) = row.op.dtypes(&operands)
                        && computed == dtype
                    {
                        kernels.push(single(row.op, &operands, result));
                    }
                }
            }
        }
    }
    kernels
}

#[test]
fn every_operator_in_every_dtype_and_layout() {
    let compiler = Compiler::checked();
    let mut random = Random::new(1);
    for kernel in singles() {
        let arity = kernel.operands.len();
        for first in 0..4 {
            let same = vec![LAYOUTS[first]; arity];
            let mixed: Vec<Layout> = (0..arity).map(|i| LAYOUTS[(first + i) % 4]).collect();
            for layouts in [same, mixed] {
                for n in [1, 2, 3, 7, 16, 33, 64, 255] {
                    for m in [1, 3] {
                        let m = if m * n > 256 { 1 } else { m };
                        let gap = random.below(3);
                        check(&compiler, &kernel, &layouts, (m, n), gap, &mut random);
                    }
                }
            }
        }
    }
}

#[test]
fn the_result_is_a_leaf() {
    let compiler = Compiler::checked();
    let mut random = Random::new(2);
    for dtype in REAL {
        let mut kernels = Vec::new();
        let mut b = KernelBuilder::default();
        let operand = b.operand(dtype, Source::Memory);
        let load = b.inst(Code::Load(operand), &[], dtype);
        kernels.push(b.finish(load));
        let mut b = KernelBuilder::default();
        let param = b.param(dtype);
        let param = b.inst(Code::Param(param), &[], dtype);
        kernels.push(b.finish(param));
        let mut b = KernelBuilder::default();
        let constant = b.inst(Code::Const(random.element(dtype)), &[], dtype);
        kernels.push(b.finish(constant));
        for kernel in kernels {
            for layout in LAYOUTS {
                let layouts = vec![layout; kernel.operands.len()];
                for gap in [0, 1] {
                    check(&compiler, &kernel, &layouts, (3, 21), gap, &mut random);
                }
            }
        }
    }
}

#[test]
fn random_kernels() {
    let count = std::env::var("ARR_KERNELS").ok().and_then(|v| v.parse().ok()).unwrap_or(300);
    let compiler = Compiler::checked();
    let mut random = Random::new(3);
    for _ in 0..count {
        let (kernel, layouts) = random.kernel();
        kernel.verify().expect("a valid kernel");
        for (m, n) in [(1, 1), (3, 37), (1, 256), (13, 5)] {
            let gap = random.below(2);
            check(&compiler, &kernel, &layouts, (m, n), gap, &mut random);
        }
    }
}

#[test]
fn long_kernels_are_cut_into_segments() {
    let compiler = Compiler::new();
    let mut b = KernelBuilder::default();
    let x = b.operand(DType::F64, Source::Memory);
    let x = b.inst(Code::Load(x), &[], DType::F64);
    let mut sum = x;
    for i in 0..150 {
        let op = [MapOp::Add, MapOp::Mul, MapOp::Sub][i % 3];
        let c = b.inst(Code::Const(Scalar::float(1.0 + i as f64 / 64.0)), &[], DType::F64);
        sum = b.inst(Code::Map(op), &[sum, c], DType::F64);
        if i % 10 == 0 {
            sum = b.inst(Code::Map(MapOp::Add), &[sum, x], DType::F64);
        }
    }
    let kernel = b.finish(sum);
    let program = compiler.program(&kernel, &[Layout::Contiguous]).expect("a program");
    assert_eq!(program.steps.len(), 3);
    let mut random = Random::new(4);
    check(&compiler, &kernel, &[Layout::Contiguous], (2, 77), 0, &mut random);
}

/// What crosses lies in slots, what need not does not.
#[test]
fn structure_of_programs() {
    let compiler = Compiler::new();
    let mut b = KernelBuilder::default();
    let (x, y) = (b.operand(DType::F64, Source::Memory), b.operand(DType::F64, Source::Memory));
    let x = b.inst(Code::Load(x), &[], DType::F64);
    let y = b.inst(Code::Load(y), &[], DType::F64);
    let square = b.inst(Code::Map(MapOp::Mul), &[x, x], DType::F64);
    let minus = b.inst(Code::Map(MapOp::Neg), &[square], DType::F64);
    let exp = b.inst(Code::Map(MapOp::Exp), &[minus], DType::F64);
    let other = b.inst(Code::Map(MapOp::Sub), &[x, y], DType::F64);
    let result = b.inst(Code::Map(MapOp::Mul), &[exp, other], DType::F64);
    let program = compiler
        .program(&b.finish(result), &[Layout::Contiguous, Layout::Tile])
        .expect("a program");
    let steps: Vec<&str> = program
        .steps
        .iter()
        .map(|s| match s {
            TileStep::Jit(s) => ["", "", "two", "three"][s.operations.min(3)],
            TileStep::Call(c) => c.name,
        })
        .collect();
    assert_eq!(steps, ["two", "exp", "two"]);
    assert_eq!(program.slot_count, 3);
    assert_eq!(program.operand_slots, [None, Some(SlotId(0))]);
}

#[test]
fn threads_share_a_compiler() {
    let compiler = Compiler::new();
    let kernel = single(MapOp::Mul, &[DType::F32, DType::F32], DType::F32);
    std::thread::scope(|scope| {
        for seed in 0..4 {
            let (compiler, kernel) = (&compiler, &kernel);
            scope.spawn(move || {
                let mut random = Random::new(seed);
                check(compiler, kernel, &[Layout::Contiguous; 2], (2, 50), 0, &mut random);
            });
        }
    });
    assert_eq!((compiler.stats().programs, compiler.stats().hits), (1, 3));
}

#[test]
fn programs_are_kept() {
    let compiler = Compiler::new();
    let kernel = single(MapOp::Add, &[DType::F32, DType::F32], DType::F32);
    let layouts = [Layout::Contiguous, Layout::Constant];
    let first = compiler.program(&kernel, &layouts).expect("a program");
    let second = compiler.program(&kernel.clone(), &layouts).expect("a program");
    assert!(std::sync::Arc::ptr_eq(&first, &second));
    let other = compiler.program(&kernel, &[Layout::Contiguous; 2]).expect("a program");
    assert!(!std::sync::Arc::ptr_eq(&first, &other));
    let stats = compiler.stats();
    assert_eq!((stats.programs, stats.hits), (2, 1));
    let listing = compiler.clif(&kernel, &layouts) + &compiler.asm(&kernel, &layouts);
    assert!(listing.contains("fadd") && listing.contains("addps"), "{listing}");
}

#[test]
fn complex_elements_are_moved_only() {
    let compiler = Compiler::new();
    for dtype in [DType::C64, DType::C128] {
        let kernel = single(MapOp::Select, &[DType::Bool, dtype, dtype], dtype);
        assert!(compiler.program(&kernel, &[Layout::Contiguous; 3]).is_ok());
        let kernel = single(MapOp::Add, &[dtype, dtype], dtype);
        let refused = compiler.program(&kernel, &[Layout::Contiguous; 2]);
        assert_eq!(refused.err(), Some(JitError::Unsupported("add")));
    }
}

#[test]
fn the_output_may_be_an_operand() {
    let compiler = Compiler::new();
    for op in [MapOp::Add, MapOp::Mod] {
        let kernel = single(op, &[DType::F64, DType::F64], DType::F64);
        let program = compiler.program(&kernel, &[Layout::Contiguous; 2]).expect("a program");
        let mut a: Vec<f64> = (0..77).map(|i| i as f64).collect();
        let mut b = vec![10.0; 77];
        let span = Span { ptr: a.as_mut_ptr().cast(), row_stride: 77 * 8 };
        let other = Span { ptr: b.as_mut_ptr().cast(), row_stride: 77 * 8 };
        let tile = TileArgs {
            operands: &[span, other],
            ahead: &[],
            params: &[],
            out: span,
            scratch: std::ptr::null_mut(),
            m: 1,
            n: 77,
        };
        // SAFETY: one row of 77 elements each; no slot is needed.
        unsafe { program.run(&tile) };
        let expected = |x: f64| if op == MapOp::Add { x + 10.0 } else { x % 10.0 };
        assert!((0..77).all(|i| a[i] == expected(i as f64)));
    }
}
