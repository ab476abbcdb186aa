//! A seeded generator of random well-typed programs, as text of the language and of Python.
//!
//! Both texts mean the same: `tests/numpy/fuzz.py` gives Python the functions' names. What the
//! language decides otherwise than NumPy is not made. [`PRODUCTIONS`] lists what a statement can
//! be. Each variable carries a bound of its magnitude and of its error: of values with an error
//! no program asks what a rounding could change (comparisons, casts to integers, orders), and a
//! result may differ from NumPy's by its error.

mod basic;
mod linear;
mod moving;
mod order;
mod picking;

use arr_ir::dtype::{DType, Kind};

/// An input of a program.
#[derive(Clone, Debug)]
pub struct Input {
    /// The variable.
    pub name: String,
    /// Its dtype.
    pub dtype: DType,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Real and imaginary parts of the elements.
    pub values: Vec<(f64, f64)>,
}

/// A program: statements in both languages, and the inputs they begin with.
#[derive(Clone, Debug)]
pub struct Program {
    /// What it begins with.
    pub inputs: Vec<Input>,
    /// Statements, each as (arr, Python).
    pub statements: Vec<(String, String)>,
    /// The variables compared in the end, and how far the elements of each may be from NumPy's.
    pub outputs: Vec<(String, f64)>,
    /// Whether it adds floats up over a selection: the copy of the selection, which evaluating
    /// every statement by itself makes, is added up in another order.
    pub selects: bool,
}

impl Program {
    /// The text for arr.
    pub fn arr(&self) -> String {
        self.statements.iter().map(|s| s.0.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// The text for Python.
    pub fn python(&self) -> String {
        self.statements.iter().map(|s| s.1.as_str()).collect::<Vec<_>>().join("\n")
    }
}

/// A variable, or what will be one: then the name is an expression.
#[derive(Clone, Debug)]
struct Var {
    name: String,
    dtype: DType,
    shape: Vec<usize>,
    /// No finite element is greater in magnitude (each part of a complex one).
    bound: f64,
    /// How far an element may be from NumPy's; 0 when both must agree in every bit.
    error: f64,
    /// Whether there may be NaN and infinities.
    wild: bool,
}

impl Var {
    fn size(&self) -> usize {
        self.shape.iter().product()
    }

    fn exact(&self) -> bool {
        self.error == 0.0
    }

    fn is_real(&self) -> bool {
        self.dtype.kind() != Kind::Complex
    }

    fn is_float(&self) -> bool {
        self.dtype.kind() == Kind::Float
    }

    fn is_bool(&self) -> bool {
        self.dtype == DType::Bool
    }

    /// Real and exact: may be compared, sorted, cut to integers.
    fn is_ordered(&self) -> bool {
        self.is_real() && self.exact()
    }

    /// The same with another text: what moves or picks elements.
    fn becomes(&self, text: String, shape: Vec<usize>) -> Var {
        Var { name: text, shape, ..self.clone() }
    }

    /// Exact elements of another dtype, as positions and truth values are.
    fn exactly(&self, text: String, dtype: DType, shape: Vec<usize>, bound: f64) -> Var {
        Var { name: text, dtype, shape, bound, error: 0.0, wild: false }
    }

    /// What a computation with roundings gives: `error` is what the operands' errors become, to
    /// which `roundings` at the size of the bound are added.
    fn rounded(self, dtype: DType, bound: f64, error: f64, roundings: f64) -> Var {
        let error = error + unit(dtype) * roundings * bound;
        Var { dtype, bound, error, ..self }
    }
}

/// A few units in the last place at 1; 0 of integers.
fn unit(dtype: DType) -> f64 {
    match dtype {
        DType::F32 | DType::C64 => 6e-7,
        DType::F64 | DType::C128 => 1e-15,
        _ => 0.0,
    }
}

/// Magnitudes up to which nothing overflows on the way.
fn limit(dtype: DType) -> f64 {
    match dtype {
        DType::F32 | DType::C64 => 1e18,
        DType::F64 | DType::C128 => 1e120,
        DType::Bool => 1.0,
        _ => dtype.int_range().map_or(1.0, |(_, high)| high as f64 + 1.0),
    }
}

struct Gen {
    state: u64,
    vars: Vec<Var>,
    /// Vectors whose size depends on data.
    loose: Vec<Var>,
    program: Program,
    made: usize,
}

/// How often it is chosen, and what adds it to a program.
type Production = (usize, fn(&mut Gen));

/// What a statement can be: how often, and how it is made. One that finds nothing suitable makes
/// no statement.
const PRODUCTIONS: &[Production] = &[
    (8, Gen::binary),
    (3, Gen::scaled),
    (5, Gen::unary),
    (3, Gen::compare),
    (3, Gen::slice),
    (6, Gen::reduce),
    (3, Gen::shape),
    (3, Gen::choose),
    (3, Gen::cast),
    (3, Gen::store),
    (2, Gen::repeat),
    (2, Gen::branch),
    (2, Gen::function),
    (3, Gen::join),
    (3, Gen::scan),
    (5, Gen::pick_by_positions),
    (3, Gen::take),
    (4, Gen::store_by_positions),
    (4, Gen::store_by_mask),
    (4, Gen::reduce_selection),
    (3, Gen::select),
    (5, Gen::extend_selection),
    (4, Gen::sort),
    (4, Gen::search),
    (4, Gen::statistic),
    (3, Gen::skip_nan),
    (4, Gen::move_elements),
    (3, Gen::differences),
    (3, Gen::windows),
    (3, Gen::pad),
    (5, Gen::product),
    (4, Gen::product_of_parts),
    (3, Gen::einsum),
    (3, Gen::linear_algebra),
    (3, Gen::fourier),
    (3, Gen::make_complex),
    (2, Gen::take_complex_apart),
];

/// The program of a seed.
pub fn program(seed: u64) -> Program {
    let program = Program { inputs: vec![], statements: vec![], outputs: vec![], selects: false };
    let state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x1234_5678;
    let mut g = Gen { state, vars: vec![], loose: vec![], program, made: 0 };
    for _ in 0..1 + g.below(3) {
        g.input();
    }
    let total: usize = PRODUCTIONS.iter().map(|p| p.0).sum();
    for _ in 0..3 + g.below(10) {
        let mut at = g.below(total);
        let chosen = PRODUCTIONS.iter().find(|p| {
            let here = at < p.0;
            at = at.wrapping_sub(p.0);
            here
        });
        chosen.expect("the weights add up").1(&mut g);
    }
    let of = |v: &Var| (v.name.clone(), v.error);
    g.program.outputs = g.vars.iter().chain(&g.loose).map(of).collect();
    g.program.outputs.sort_by(|a, b| a.0.cmp(&b.0));
    g.program
}

/// The shape that two are broadcast to.
fn joint(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    let rank = a.len().max(b.len());
    let at = |s: &[usize], i: usize| (i + s.len()).checked_sub(rank).map_or(1, |k| s[k]);
    (0..rank)
        .map(|i| match (at(a, i), at(b, i)) {
            (x, y) if x == y => Some(x),
            (1, y) => Some(y),
            (x, 1) => Some(x),
            _ => None,
        })
        .collect()
}

/// `(1, 2,)` of a shape or of axes.
fn tuple(items: &[usize]) -> String {
    format!("({})", items.iter().map(|n| format!("{n},")).collect::<String>())
}

const DTYPES: [DType; 13] = [
    DType::F64,
    DType::F32,
    DType::I64,
    DType::I32,
    DType::I16,
    DType::I8,
    DType::U8,
    DType::U16,
    DType::U32,
    DType::U64,
    DType::Bool,
    DType::C64,
    DType::C128,
];

impl Gen {
    fn below(&mut self, n: usize) -> usize {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let x = self.state ^ (self.state >> 31);
        ((x.wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 20) % n.max(1) as u64) as usize
    }

    fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    fn input(&mut self) {
        let rank = self.below(4);
        let shape: Vec<usize> = match self.below(12) {
            0 => vec![self.one_of(&[300, 1024, 1025, 2100])],
            1 => vec![self.one_of(&[33, 65, 130]), self.one_of(&[8, 17, 40])],
            _ => (0..rank).map(|_| self.one_of(&[1, 2, 3, 4, 5, 7, 0, 3, 2])).collect(),
        };
        let dtype = if self.below(3) > 0 {
            self.one_of(&[DType::F64, DType::F64, DType::F32, DType::I64, DType::C128])
        } else {
            self.one_of(&DTYPES)
        };
        let wild = dtype.kind() == Kind::Float && self.below(2) == 0;
        let count = shape.iter().product();
        let mut bound = 0.0f64;
        let mut values = vec![];
        for _ in 0..count {
            let re = self.element(dtype, wild);
            let im = if dtype.kind() == Kind::Complex { self.element(dtype, false) } else { 0.0 };
            [re, im].iter().filter(|v| v.is_finite()).for_each(|v| bound = bound.max(v.abs()));
            values.push((re, im));
        }
        let name = ["a", "b", "c"][self.program.inputs.len()].to_string();
        let bound = bound.max(1.0);
        let var = Var { name: name.clone(), dtype, shape: shape.clone(), bound, error: 0.0, wild };
        self.vars.push(var);
        self.program.inputs.push(Input { name, dtype, shape, values });
    }

    fn element(&mut self, dtype: DType, wild: bool) -> f64 {
        let range = dtype.int_range().unwrap_or((0, 0));
        match dtype.kind() {
            Kind::Bool => self.below(2) as f64,
            Kind::Unsigned if self.below(30) == 0 => range.1 as f64,
            Kind::Unsigned => self.one_of(&[0, 1, 2, 3, 7, 100, 255, 200]) as f64,
            Kind::Signed if self.below(30) == 0 => self.one_of(&[range.0 as f64, range.1 as f64]),
            Kind::Signed => self.one_of(&[0, 1, -1, 2, -3, 7, 100, -128, 127, -5]) as f64,
            _ => match self.below(24) {
                0 if wild => f64::NAN,
                1 if wild => f64::INFINITY,
                2 if wild => f64::NEG_INFINITY,
                3 => self.one_of(&[0.0, 1.0, -1.0]),
                _ => (self.below(2001) as f64 - 1000.0) / 64.0,
            },
        }
    }

    /// A variable, rather one of the latest.
    fn pick(&mut self) -> Var {
        let n = self.vars.len();
        let at = if self.below(2) == 0 { n - 1 - self.below(n.min(3)) } else { self.below(n) };
        self.vars[at].clone()
    }

    /// A variable that is `suited`, if a few tries or a search find one.
    fn pick_that(&mut self, suited: impl Fn(&Var) -> bool) -> Option<Var> {
        for _ in 0..3 {
            let var = self.pick();
            if suited(&var) {
                return Some(var);
            }
        }
        let all: Vec<usize> = (0..self.vars.len()).filter(|&i| suited(&self.vars[i])).collect();
        if all.is_empty() {
            return None;
        }
        let at = self.one_of(&all);
        Some(self.vars[at].clone())
    }

    /// A new name.
    fn fresh(&mut self) -> String {
        self.made += 1;
        format!("v{}", self.made)
    }

    /// The bounds of a variable made consistent: what may overflow is not compared.
    fn settle(mut var: Var) -> Var {
        if !var.dtype.is_inexact() {
            var.error = 0.0;
            var.wild = false;
            // What goes below zero wraps.
            let wraps = var.dtype.kind() == Kind::Unsigned
                || var.bound.is_nan()
                || var.bound > limit(var.dtype);
            var.bound = if wraps { limit(var.dtype) } else { var.bound };
        } else if var.bound.is_nan() || var.bound > limit(var.dtype) {
            var.wild = true;
            var.error = if var.error == 0.0 { 0.0 } else { f64::INFINITY };
            var.bound = limit(var.dtype);
        }
        if var.error.is_nan() {
            var.error = f64::INFINITY;
        }
        var
    }

    /// `name = expression`, unless it is too large.
    fn assign(&mut self, made: Var) {
        if made.size() > 20_000 || made.shape.len() > 5 {
            return;
        }
        let name = self.state(&made.name);
        self.vars.push(Self::settle(Var { name, ..made }));
    }

    /// `name = expression` for a vector whose size depends on data.
    fn assign_loose(&mut self, made: Var) {
        let name = self.state(&made.name);
        self.loose.push(Self::settle(Var { name, shape: vec![], ..made }));
    }

    fn state(&mut self, text: &str) -> String {
        let name = self.fresh();
        let statement = format!("{name} = {text}");
        self.program.statements.push((statement.clone(), statement));
        name
    }

    /// A copy of a variable and a statement that changes it.
    fn change(&mut self, a: Var, change: impl Fn(&str) -> String) {
        let name = self.fresh();
        let change = change(&name);
        let arr = format!("{name} = {}; {change}", a.name);
        let python = format!("{name} = asarray({}).copy(); {change}", a.name);
        self.program.statements.push((arr, python));
        self.vars.push(Self::settle(Var { name, ..a }));
    }
}
