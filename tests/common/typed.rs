//! A seeded generator of random well-typed programs, as text of the language and of Python.
//!
//! Both texts mean the same: `tests/numpy/fuzz.py` gives Python the functions' names. What the
//! language decides otherwise than NumPy is not made. A value is *exact* as long as both must
//! agree in every bit; of inexact ones (sums of floats, transcendental functions) no program asks
//! what a rounding could change: comparisons, casts to integers, orders.

use arr_ir::dtype::{DType, Kind};

/// A program: statements in both languages, and the inputs they begin with.
#[derive(Clone, Debug)]
pub struct Program {
    /// Name, dtype, shape and element values of each input.
    pub inputs: Vec<(String, DType, Vec<usize>, Vec<f64>)>,
    /// Statements, each as (arr, Python).
    pub statements: Vec<(String, String)>,
    /// The variables compared in the end.
    pub outputs: Vec<String>,
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

#[derive(Clone, Debug)]
struct Var {
    name: String,
    dtype: DType,
    shape: Vec<usize>,
    exact: bool,
}

struct Gen {
    state: u64,
    vars: Vec<Var>,
    program: Program,
    made: usize,
}

/// The program of a seed.
pub fn program(seed: u64) -> Program {
    let program = Program { inputs: vec![], statements: vec![], outputs: vec![] };
    let state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x1234_5678;
    let mut g = Gen { state, vars: vec![], program, made: 0 };
    for _ in 0..1 + g.below(3) {
        g.input();
    }
    for _ in 0..2 + g.below(9) {
        g.statement();
    }
    let mut outputs: Vec<String> = g.vars.iter().map(|v| v.name.clone()).collect();
    outputs.sort();
    outputs.dedup();
    g.program.outputs = outputs;
    g.program
}

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

const DTYPES: [DType; 11] = [
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
        let long = self.below(8) == 0;
        let shape: Vec<usize> = match long {
            true => vec![self.one_of(&[300, 1024, 1025, 2100])],
            false => (0..rank).map(|_| self.one_of(&[1, 2, 3, 4, 5, 7, 0, 3, 2])).collect(),
        };
        let dtype = self.one_of(&DTYPES);
        let count = shape.iter().product();
        let values = (0..count).map(|_| self.element(dtype)).collect();
        let name = ["a", "b", "c"][self.program.inputs.len()].to_string();
        self.vars.push(Var { name: name.clone(), dtype, shape: shape.clone(), exact: true });
        self.program.inputs.push((name, dtype, shape, values));
    }

    fn element(&mut self, dtype: DType) -> f64 {
        match dtype.kind() {
            Kind::Bool => self.below(2) as f64,
            Kind::Unsigned => self.one_of(&[0, 1, 2, 3, 7, 100, 255, 200]) as f64,
            Kind::Signed => self.one_of(&[0, 1, -1, 2, -3, 7, 100, -128, 127, -5]) as f64,
            _ => match self.below(24) {
                0 => f64::NAN,
                1 => f64::INFINITY,
                2 => f64::NEG_INFINITY,
                _ => (self.below(2001) as f64 - 1000.0) / 64.0,
            },
        }
    }

    fn pick(&mut self) -> Var {
        let n = self.vars.len();
        let at = if self.below(2) == 0 { n - 1 - self.below(n.min(3)) } else { self.below(n) };
        self.vars[at].clone()
    }

    fn assign(&mut self, text: String, dtype: DType, shape: Vec<usize>, exact: bool) {
        if shape.iter().product::<usize>() > 20_000 || shape.len() > 5 {
            return;
        }
        self.made += 1;
        let name = format!("v{}", self.made);
        let statement = format!("{name} = {text}");
        self.program.statements.push((statement.clone(), statement));
        self.vars.push(Var { name, dtype, shape, exact });
    }

    fn statement(&mut self) {
        match self.below(17) {
            0..=3 => self.binary(),
            4 => self.unary(),
            5 => self.compare(),
            6 => self.slice(),
            7 | 8 => self.reduce(),
            9 => self.shape(),
            10 => self.choose(),
            11 => self.cast(),
            12 => self.store(),
            13 => self.repeat(),
            14 => self.function(),
            15 => self.join(),
            _ => self.scan(),
        }
    }

    fn binary(&mut self) {
        let (a, b) = (self.pick(), self.pick());
        let Some(shape) = joint(&a.shape, &b.shape) else { return self.scaled(a) };
        let dtype = a.dtype.promote(b.dtype);
        let exact = a.exact && b.exact;
        let (x, y) = (&a.name, &b.name);
        let bits = !dtype.is_inexact();
        let text = match self.below(9) {
            0 if dtype != DType::Bool => format!("{x} - {y}"),
            1 => format!("{x} * {y}"),
            2 => format!("minimum({x}, {y})"),
            3 => format!("maximum({x}, {y})"),
            4 if bits => format!("{x} & {y}"),
            5 if bits => format!("{x} ^ {y}"),
            6 if bits => format!("{x} | {y}"),
            7 if dtype.is_integer() => format!("{x} // {y}"),
            8 if dtype.is_integer() => format!("{x} % {y}"),
            _ => format!("{x} + {y}"),
        };
        self.assign(text, dtype, shape, exact);
    }

    fn scaled(&mut self, a: Var) {
        if a.dtype == DType::Bool {
            return;
        }
        let k = self.below(5);
        let text = match a.dtype.kind() {
            Kind::Float => format!("{} * 0.5 + {k}", a.name),
            _ => format!("{} * 3 + {k}", a.name),
        };
        self.assign(text, a.dtype, a.shape, a.exact);
    }

    fn unary(&mut self) {
        let a = self.pick();
        let x = &a.name;
        let float = a.dtype.kind() == Kind::Float;
        let (text, dtype, exact) = match self.below(10) {
            0 if a.dtype != DType::Bool => (format!("-{x}"), a.dtype, a.exact),
            1 => (format!("abs({x})"), a.dtype, a.exact),
            2 if float && a.exact => (format!("floor({x})"), a.dtype, true),
            3 if float => (format!("isnan({x})"), DType::Bool, true),
            4 if !float => (format!("~{x}"), a.dtype, true),
            5 if float => (format!("exp(minimum({x}, 3))"), a.dtype, false),
            6 if float => (format!("sqrt(abs({x}))"), a.dtype, a.exact),
            7 if float => (format!("sin({x})"), a.dtype, false),
            8 if float => (format!("1 / (abs({x}) + 1)"), a.dtype, a.exact),
            _ if a.exact && a.dtype != DType::Bool => (format!("sign({x})"), a.dtype, true),
            _ => return,
        };
        if matches!(dtype, DType::Bool) && float && !a.exact {
            return;
        }
        self.assign(text, dtype, a.shape, exact);
    }

    fn compare(&mut self) {
        let (a, b) = (self.pick(), self.pick());
        if !a.exact || !b.exact {
            return;
        }
        let op = self.one_of(&["<", "<=", ">", ">=", "==", "!="]);
        match joint(&a.shape, &b.shape) {
            Some(shape) => {
                self.assign(format!("{} {op} {}", a.name, b.name), DType::Bool, shape, true)
            }
            None => self.assign(format!("{} {op} 1", a.name), DType::Bool, a.shape, true),
        }
    }

    /// A basic index: its text and the shape of what it takes.
    fn index(&mut self, shape: &[usize], whole: bool) -> (String, Vec<usize>) {
        let (mut items, mut out) = (vec![], vec![]);
        for &n in shape {
            let (item, size) = match self.below(7) {
                0 if n > 0 && !whole => {
                    let i = self.below(n) as i64;
                    (if self.below(2) == 0 { i } else { i - n as i64 }.to_string(), None)
                }
                1 => ("::-1".to_string(), Some(n)),
                2 => ("::2".to_string(), Some(n.div_ceil(2))),
                3 => ("1:".to_string(), Some(n.saturating_sub(1))),
                4 => (":-1".to_string(), Some(n.saturating_sub(1))),
                5 if n > 2 => ("-1:0:-2".to_string(), Some(n / 2)),
                _ => (":".to_string(), Some(n)),
            };
            items.push(item);
            out.extend(size);
        }
        (items.join(", "), out)
    }

    fn slice(&mut self) {
        let a = self.pick();
        if a.shape.is_empty() {
            return;
        }
        let (mut index, mut shape) = self.index(&a.shape, false);
        if self.below(4) == 0 {
            index = format!("newaxis, {index}");
            shape.insert(0, 1);
        }
        self.assign(format!("{}[{index}]", a.name), a.dtype, shape, a.exact);
    }

    fn reduce(&mut self) {
        let a = self.pick();
        let float = a.dtype.kind() == Kind::Float;
        let total = match a.dtype.kind() {
            Kind::Bool | Kind::Signed => DType::I64,
            Kind::Unsigned => DType::U64,
            _ => a.dtype,
        };
        let axis = (!a.shape.is_empty() && self.below(3) > 0).then(|| self.below(a.shape.len()));
        let keep = self.below(3) == 0;
        let gone = axis.map_or(a.shape.iter().product(), |d| a.shape[d]);
        let (name, dtype, exact) = match self.below(7) {
            0 if gone > 0 => ("max", a.dtype, a.exact),
            1 if gone > 0 => ("min", a.dtype, a.exact),
            2 if gone < 9 && float => ("prod", total, false),
            3 if a.exact => ("any", DType::Bool, true),
            4 if a.exact => ("all", DType::Bool, true),
            5 if gone > 0 && float => ("mean", a.dtype, false),
            _ => ("sum", total, !float),
        };
        let mut shape = a.shape.clone();
        match (axis, keep) {
            (Some(d), true) => shape[d] = 1,
            (Some(d), false) => drop(shape.remove(d)),
            (None, true) => shape.fill(1),
            (None, false) => shape.clear(),
        }
        let axis = axis.map_or("none".to_string(), |d| d.to_string());
        let keep = if keep { ", keepdims=true" } else { "" };
        self.assign(format!("{name}({}, axis={axis}{keep})", a.name), dtype, shape, exact);
    }

    fn shape(&mut self) {
        let a = self.pick();
        let n: usize = a.shape.iter().product();
        let (text, shape) = match self.below(6) {
            0 => (format!("reshape({}, ({n},))", a.name), vec![n]),
            1 if n.is_multiple_of(2) => {
                (format!("reshape({}, (2, {}))", a.name, n / 2), vec![2, n / 2])
            }
            2 if a.shape.len() >= 2 => {
                let axes: Vec<usize> = (0..a.shape.len()).rev().collect();
                let text = axes.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
                let shape = axes.iter().map(|&d| a.shape[d]).collect();
                (format!("permute_dims({}, ({text}))", a.name), shape)
            }
            3 if !a.shape.is_empty() => {
                (format!("flip({}, axis={})", a.name, a.shape.len() - 1), a.shape.clone())
            }
            4 if !a.shape.is_empty() && a.shape[0] > 0 => {
                (format!("roll({}, 1, axis=0)", a.name), a.shape.clone())
            }
            _ => {
                let mut shape = a.shape.clone();
                shape.insert(0, 3);
                let text = shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
                (format!("broadcast_to({}, ({text},))", a.name), shape)
            }
        };
        self.assign(text, a.dtype, shape, a.exact);
    }

    fn choose(&mut self) {
        let (a, b) = (self.pick(), self.pick());
        let masks: Vec<Var> =
            self.vars.iter().filter(|v| v.dtype == DType::Bool).cloned().collect();
        if masks.is_empty() {
            return self.compare();
        }
        let mask = masks[self.below(masks.len())].clone();
        let Some(shape) = joint(&a.shape, &b.shape).and_then(|s| joint(&s, &mask.shape)) else {
            return;
        };
        let text = format!("where({}, {}, {})", mask.name, a.name, b.name);
        self.assign(text, a.dtype.promote(b.dtype), shape, a.exact && b.exact);
    }

    fn cast(&mut self) {
        let a = self.pick();
        let to = self.one_of(&DTYPES);
        let whole = !to.is_inexact();
        if a.dtype.kind() == Kind::Float && whole {
            if !a.exact {
                return;
            }
            let text = format!(
                "astype(where(isfinite({0}), clip({0}, 0, 100), 0), {1})",
                a.name,
                to.name()
            );
            return self.assign(text, to, a.shape, true);
        }
        self.assign(format!("astype({}, {})", a.name, to.name()), to, a.shape, a.exact);
    }

    /// Assigns to a part of a copy.
    fn store(&mut self) {
        let a = self.pick();
        if a.shape.is_empty() || a.dtype == DType::Bool {
            return;
        }
        self.made += 1;
        let name = format!("v{}", self.made);
        let (index, _) = self.index(&a.shape, false);
        let masked = a.exact && self.below(3) == 0;
        let part = if masked { format!("{name} > 2") } else { index };
        let value = self.below(9);
        let change = match self.below(3) {
            _ if masked => format!("{name}[{part}] = {value}"),
            0 => format!("{name}[{part}] = {value}"),
            1 => format!("{name}[{part}] += {value}"),
            _ => format!("{name}[{part}] = {name}[{part}] * 2"),
        };
        let arr = format!("{name} = {}; {change}", a.name);
        let python = format!("{name} = {}.copy(); {change}", a.name);
        self.program.statements.push((arr, python));
        self.vars.push(Var { name, ..a });
    }

    /// A loop that changes a variable a few times, or a condition on its size.
    fn repeat(&mut self) {
        let a = self.pick();
        if a.dtype == DType::Bool {
            return;
        }
        self.made += 1;
        let name = format!("v{}", self.made);
        let n = self.below(4);
        let step = match (a.dtype.kind(), self.below(3)) {
            (Kind::Float, 0) => format!("{name} = {name} * 0.5 + i"),
            (_, 1) => format!("{name} = maximum({name}, i)"),
            _ => format!("{name} = {name} + {}", a.name),
        };
        let statement = match self.below(3) {
            0 => (
                format!("{name} = {0} + 0; i = 0; while i < {n} {{ {step}; i += 1 }}", a.name),
                format!("{name} = {0} + 0; i = 0\nwhile i < {n}:\n    {step}; i += 1", a.name),
            ),
            1 => (
                format!(
                    "{name} = {0} + 0; for i in range({n}) {{ if i != 1 {{ {step} }} else {{ {name} = {name} - 1 }} }}",
                    a.name
                ),
                format!(
                    "{name} = {0} + 0\nfor i in range({n}):\n    if i != 1: {step}\n    else: {name} = {name} - 1",
                    a.name
                ),
            ),
            _ => (
                format!("{name} = {0} + 0; for i in range({n}) {{ {step} }}", a.name),
                format!("{name} = {0} + 0\nfor i in range({n}): {step}", a.name),
            ),
        };
        self.program.statements.push(statement);
        self.vars.push(Var { name, ..a });
    }

    /// A function of two arguments, and a call of it.
    fn function(&mut self) {
        let a = self.pick();
        if a.dtype == DType::Bool {
            return;
        }
        self.made += 1;
        let (k, n) = (self.made, self.below(5));
        let body = self.one_of(&[
            "x * x - k",
            "x + x * k",
            "maximum(x, k) - x",
            "where(x == x, k - x, x)",
        ]);
        let arr = format!("fn f{k}(x, k={n}) = {body}");
        let python = format!("f{k} = lambda x, k={n}: {body}");
        self.program.statements.push((arr, python));
        let call =
            if n % 2 == 0 { format!("f{k}({})", a.name) } else { format!("f{k}({}, k=3)", a.name) };
        let exact = a.exact || a.dtype.kind() != Kind::Float;
        self.assign(call, a.dtype, a.shape, exact);
    }

    fn join(&mut self) {
        let (a, b) = (self.pick(), self.pick());
        let dtype = a.dtype.promote(b.dtype);
        if a.shape.is_empty() || a.shape.len() != b.shape.len() || a.shape[1..] != b.shape[1..] {
            let mut shape = a.shape.clone();
            shape.push(2);
            return self.assign(
                format!("stack([{0}, {0}], axis=-1)", a.name),
                a.dtype,
                shape,
                a.exact,
            );
        }
        let mut shape = a.shape.clone();
        shape[0] += b.shape[0];
        let text = format!("concat([{}, {}], axis=0)", a.name, b.name);
        self.assign(text, dtype, shape, a.exact && b.exact);
    }

    fn scan(&mut self) {
        let a = self.pick();
        if a.shape.is_empty() || a.dtype == DType::Bool {
            return;
        }
        let axis = self.below(a.shape.len());
        let float = a.dtype.kind() == Kind::Float;
        let (total, name) = match a.dtype.kind() {
            Kind::Signed => (DType::I64, "cumulative_sum"),
            Kind::Unsigned => (DType::U64, "cumulative_sum"),
            _ => (a.dtype, "cumulative_sum"),
        };
        self.assign(format!("{name}({}, axis={axis})", a.name), total, a.shape, !float);
    }
}
