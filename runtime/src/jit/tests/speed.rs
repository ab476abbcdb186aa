//! How fast code is made and runs: `cargo test --release -- --ignored --nocapture speed`.

use super::*;
use std::time::Instant;

/// A builder of float64 kernels.
#[derive(Default)]
struct Formula {
    b: KernelBuilder,
    layouts: Vec<Layout>,
}

impl Formula {
    fn array(&mut self) -> InstId {
        let operand = self.b.operand(DType::F64, Source::Memory);
        self.layouts.push(Layout::Contiguous);
        self.b.inst(Code::Load(operand), &[], DType::F64)
    }

    fn scalar(&mut self) -> InstId {
        let param = self.b.param(DType::F64);
        self.b.inst(Code::Param(param), &[], DType::F64)
    }

    fn map(&mut self, op: MapOp, args: &[InstId]) -> InstId {
        let dtype = if op.row().rule == Rule::Compare { DType::Bool } else { DType::F64 };
        self.b.inst(Code::Map(op), args, dtype)
    }

    fn finish(self, result: InstId) -> (Kernel, Vec<Layout>) {
        (self.b.finish(result), self.layouts)
    }
}

/// `2*a*a + 3*a*b - b/(1 + a)`
fn quadratic() -> (Kernel, Vec<Layout>) {
    use MapOp::*;
    let mut f = Formula::default();
    let (a, b) = (f.array(), f.array());
    let (one, two, three) = (f.scalar(), f.scalar(), f.scalar());
    let twice = f.map(Mul, &[two, a]);
    let first = f.map(Mul, &[twice, a]);
    let thrice = f.map(Mul, &[three, a]);
    let second = f.map(Mul, &[thrice, b]);
    let sum = f.map(Add, &[first, second]);
    let under = f.map(Add, &[one, a]);
    let third = f.map(Div, &[b, under]);
    let result = f.map(Sub, &[sum, third]);
    f.finish(result)
}

/// Horner's scheme with a multiplication and an addition per coefficient.
fn polynomial(degree: usize) -> (Kernel, Vec<Layout>) {
    let mut f = Formula::default();
    let x = f.array();
    let mut sum = f.scalar();
    for _ in 0..degree {
        let product = f.map(MapOp::Mul, &[sum, x]);
        let coefficient = f.scalar();
        sum = f.map(MapOp::Add, &[product, coefficient]);
    }
    f.finish(sum)
}

/// Many independent terms: `sum of (x + c)*(y - c)`.
fn terms(count: usize) -> (Kernel, Vec<Layout>) {
    let mut f = Formula::default();
    let (x, y) = (f.array(), f.array());
    let mut sum = x;
    for _ in 0..count {
        let c = f.scalar();
        let (p, m) = (f.map(MapOp::Add, &[x, c]), f.map(MapOp::Sub, &[y, c]));
        let product = f.map(MapOp::Mul, &[p, m]);
        sum = f.map(MapOp::Add, &[sum, product]);
    }
    f.finish(sum)
}

/// `exp(-a*a)`
fn gauss() -> (Kernel, Vec<Layout>) {
    let mut f = Formula::default();
    let a = f.array();
    let minus = f.map(MapOp::Neg, &[a]);
    let square = f.map(MapOp::Mul, &[minus, a]);
    let result = f.map(MapOp::Exp, &[square]);
    f.finish(result)
}

/// `b/a`
fn division() -> (Kernel, Vec<Layout>) {
    let mut f = Formula::default();
    let (a, b) = (f.array(), f.array());
    let result = f.map(MapOp::Div, &[b, a]);
    f.finish(result)
}

/// `where(a < b, max(a, b), min(a, c))`, and the comparison alone.
fn choice() -> (Kernel, Vec<Layout>) {
    let mut f = Formula::default();
    let (a, b, c) = (f.array(), f.array(), f.scalar());
    let less = f.map(MapOp::Lt, &[a, b]);
    let (max, min) = (f.map(MapOp::Max, &[a, b]), f.map(MapOp::Min, &[a, c]));
    let result = f.map(MapOp::Select, &[less, max, min]);
    f.finish(result)
}

fn comparison() -> (Kernel, Vec<Layout>) {
    let mut f = Formula::default();
    let (a, b) = (f.array(), f.array());
    let less = f.map(MapOp::Lt, &[a, b]);
    f.finish(less)
}

/// Nanoseconds per element over arrays in the second-level cache, tile after tile.
fn run(compiler: &Compiler, (kernel, layouts): &(Kernel, Vec<Layout>)) -> f64 {
    const N: usize = 16 << 10;
    let program = compiler.program(kernel, layouts).expect("a program");
    let mut arrays: Vec<Vec<f64>> =
        layouts.iter().map(|_| (0..N).map(|i| 0.5 + (i % 97) as f64 / 97.0).collect()).collect();
    let mut out = vec![0f64; N];
    let mut scratch = Guarded::new(program.scratch_bytes(), Edge::Start);
    let scratch = scratch.bytes().as_mut_ptr();
    let params: Vec<u64> = kernel.params.iter().map(|_| 1.25f64.to_bits()).collect();
    let pointers: Vec<*mut u8> = arrays.iter_mut().map(|a| a.as_mut_ptr().cast()).collect();
    let out = out.as_mut_ptr().cast::<u8>();
    let n = program.tile;
    let mut best = f64::MAX;
    for _ in 0..200 {
        let start = Instant::now();
        for from in (0..N).step_by(n) {
            let span =
                |p: *mut u8| Span { ptr: p.wrapping_add(from * 8), row_stride: 8 * n as isize };
            let operands: Vec<Span> = pointers.iter().map(|&p| span(p)).collect();
            let tile = TileArgs {
                operands: &operands,
                ahead: &[],
                params: &params,
                out: span(out),
                scratch,
                m: 1,
                n,
            };
            // SAFETY: the arrays have `N` elements, a multiple of the tile.
            unsafe { program.run(&tile) };
        }
        best = best.min(start.elapsed().as_secs_f64());
    }
    best * 1e9 / N as f64
}

#[test]
#[ignore = "measures"]
fn speed() {
    let compiler = Compiler::new();
    compiler.program(&polynomial(3).0, &[Layout::Contiguous]).expect("a program");
    let cases = [
        ("quadratic", quadratic()),
        ("division", division()),
        ("polynomial, 20 operations", polynomial(10)),
        ("polynomial, 40 operations", polynomial(20)),
        ("polynomial, 60 operations", polynomial(30)),
        ("polynomial, 100 operations", polynomial(50)),
        ("terms, 20 operations", terms(5)),
        ("terms, 40 operations", terms(10)),
        ("terms, 60 operations", terms(15)),
        ("terms, 200 operations", terms(50)),
        ("exp(-a*a)", gauss()),
        ("choice", choice()),
        ("comparison", comparison()),
    ];
    for (name, case) in &cases {
        let fresh = Compiler::new();
        fresh.program(&polynomial(3).0, &[Layout::Contiguous]).expect("a program");
        let warm = fresh.stats();
        fresh.program(&case.0, &case.1).expect("a program");
        let stats = fresh.stats();
        println!(
            "{name:30} {:7.3} ns/element, compiled in {:5.0} us, {:6} bytes",
            run(&compiler, case),
            (stats.seconds - warm.seconds) * 1e6,
            stats.code_bytes - warm.code_bytes,
        );
    }
}
