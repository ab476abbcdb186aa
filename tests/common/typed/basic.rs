//! Elementwise operations, slices, reductions, shapes, casts and control flow.

use super::{DTYPES, Gen, Var, joint, tuple, unit};
use arr_ir::dtype::{DType, Kind};

impl Gen {
    pub fn binary(&mut self) {
        let (a, b) = (self.pick(), self.pick());
        let Some(shape) = joint(&a.shape, &b.shape) else { return self.scaled() };
        let dtype = a.dtype.promote(b.dtype);
        let (x, y) = (&a.name, &b.name);
        let errors = a.error + b.error;
        // A single operation is rounded correctly on both sides.
        let roundings = if errors > 0.0 { 1.0 } else { 0.0 };
        let sum = a.bound + b.bound;
        let of = |text: String, bound: f64, error: f64, roundings: f64| {
            let wild = a.wild || b.wild;
            Var { name: text, shape: shape.clone(), wild, ..a.clone() }
                .rounded(dtype, bound, error, roundings)
        };
        let product = 2.0 * a.bound * b.bound;
        let spread = 2.0 * (a.bound * b.error + b.bound * a.error);
        let complex = dtype.kind() == Kind::Complex;
        let float = dtype.kind() == Kind::Float;
        let ordered = errors == 0.0 && !complex;
        let whole = dtype.is_integer();
        let bits = !dtype.is_inexact();
        let wildly = |v: Var| Var { wild: true, bound: f64::INFINITY, ..v };
        let made = match self.below(20) {
            0 | 1 if dtype != DType::Bool => of(format!("{x} - {y}"), sum, errors, roundings),
            2 | 3 if complex && (a.wild || b.wild) => return,
            2 if complex => of(format!("{x} * {y}"), product, spread, 2.0),
            2 | 3 => of(format!("{x} * {y}"), product, spread, roundings),
            4 if !complex => of(format!("minimum({x}, {y})"), sum, errors, 0.0),
            5 if !complex => of(format!("maximum({x}, {y})"), sum, errors, 0.0),
            6 if bits => of(format!("{x} & {y}"), f64::INFINITY, 0.0, 0.0),
            7 if bits => of(format!("{x} ^ {y}"), f64::INFINITY, 0.0, 0.0),
            8 if bits => of(format!("{x} | {y}"), f64::INFINITY, 0.0, 0.0),
            9 if whole => of(format!("{x} // {y}"), f64::INFINITY, 0.0, 0.0),
            10 if whole => of(format!("{x} % {y}"), f64::INFINITY, 0.0, 0.0),
            9 if ordered && float => wildly(of(format!("{x} // {y}"), sum, 0.0, 0.0)),
            10 if ordered && float => wildly(of(format!("{x} % {y}"), sum, 0.0, 0.0)),
            11 if whole => of(format!("{x} << {y}"), f64::INFINITY, 0.0, 0.0),
            12 if whole => of(format!("{x} >> {y}"), f64::INFINITY, 0.0, 0.0),
            13 if ordered && float => wildly(of(format!("{x} / {y}"), sum, 0.0, 0.0)),
            13 if float => {
                of(format!("{x} / (abs({y}) + 1)"), a.bound, a.error + a.bound * b.error, 2.0)
            }
            14 if ordered && float => of(format!("fmax({x}, {y})"), sum, 0.0, 0.0),
            15 if ordered && float => of(format!("copysign({x}, {y})"), a.bound, 0.0, 0.0),
            16 if ordered && float => {
                let error = unit(dtype) * sum;
                of(format!("hypot({x}, {y})"), sum, error, 1.0)
            }
            17 if ordered && float => wildly(of(format!("fmod({x}, {y})"), sum, 0.0, 0.0)),
            18 if ordered => {
                let text = format!("logical_xor({x}, {y})");
                return self.assign(a.exactly(text, DType::Bool, shape.clone(), 1.0));
            }
            _ => of(format!("{x} + {y}"), sum, errors, roundings),
        };
        self.assign(made);
    }

    /// Arithmetic with numbers of the source, which take the array's dtype.
    pub fn scaled(&mut self) {
        let a = self.pick();
        let (x, k) = (&a.name, self.below(5));
        if a.is_bool() {
            return;
        }
        let roundings = if a.exact() { 0.0 } else { 2.0 };
        let of = |text: String, bound: f64, error: f64| {
            a.becomes(text, a.shape.clone()).rounded(a.dtype, bound, error, roundings)
        };
        let (b, e) = (a.bound, a.error);
        let made = match (a.dtype.kind(), self.below(8)) {
            (Kind::Float | Kind::Complex, 0..=2) => of(format!("{x} * 0.5 + {k}"), b + 5.0, e),
            (Kind::Float | Kind::Complex, 3) => of(format!("{k} - {x} / 4"), b + 5.0, e),
            (Kind::Float, 4) => of(format!("{x} ** 2"), b * b, 2.0 * b * e),
            (Kind::Complex, _) => of(format!("{x} + {k}"), b + 5.0, e),
            (Kind::Float, 5) if a.exact() => of(format!("{x} // 3"), b + 1.0, 0.0),
            (Kind::Float, 6) if a.exact() => of(format!("{x} % 3"), b + 3.0, 0.0),
            (Kind::Float, _) => of(format!("3 * {x} - {k}"), 3.0 * b + 5.0, 3.0 * e),
            (_, 0) => of(format!("{x} << {k}"), f64::INFINITY, 0.0),
            (_, 1) => of(format!("{x} >> {k}"), b, 0.0),
            (_, 2) => of(format!("{x} // 3"), b + 1.0, 0.0),
            (_, 3) => of(format!("{x} % {}", k + 2), k as f64 + 2.0, 0.0),
            (_, 4) => of(format!("{x} ** {k}"), f64::INFINITY, 0.0),
            (_, 5) => {
                let shape = a.shape.clone();
                Var { dtype: DType::F64, ..a.becomes(format!("{x} * 0.25 + {k}"), shape) }
            }
            (_, 6) if a.dtype.kind() == Kind::Signed => of(format!("{x} % -3"), 3.0, 0.0),
            _ => of(format!("{x} * 3 + {k}"), b * 3.0 + 5.0, 0.0),
        };
        self.assign(made);
    }

    pub fn unary(&mut self) {
        let a = self.pick();
        let (x, b, e) = (&a.name, a.bound, a.error);
        let (float, shape) = (a.is_float(), a.shape.clone());
        let same = |text: String, bound: f64, error: f64| Var {
            bound,
            error,
            ..a.becomes(text, shape.clone())
        };
        let near = |text: String, bound: f64, error: f64| {
            a.becomes(text, shape.clone()).rounded(a.dtype, bound, error, 1.0)
        };
        let made = match self.below(22) {
            0 if !a.is_bool() => same(format!("-{x}"), b, e),
            1 if a.is_real() => same(format!("abs({x})"), b, e),
            2 if float && a.exact() => same(format!("floor({x})"), b + 1.0, 0.0),
            3 if float && a.exact() => same(format!("ceil({x})"), b + 1.0, 0.0),
            4 if float && a.exact() => same(format!("round({x})"), b + 1.0, 0.0),
            5 if float && a.exact() => near(format!("round({x}, 1)"), b + 1.0, 0.0),
            6 if float => a.exactly(format!("isnan({x})"), DType::Bool, shape.clone(), 1.0),
            7 if !a.dtype.is_inexact() => same(format!("~{x}"), f64::INFINITY, 0.0),
            8 if float => near(format!("exp(minimum({x}, 3))"), 21.0, 21.0 * e),
            9 if float && a.exact() => same(format!("sqrt(abs({x}))"), b + 1.0, 0.0),
            10 if float => near(format!("sin({x})"), 1.0, e + unit(a.dtype)),
            11 if float => same(
                format!("1 / (abs({x}) + 1)"),
                1.0,
                if a.exact() { 0.0 } else { e + unit(a.dtype) },
            ),
            12 if float => near(format!("log1p(abs({x}))"), b, e),
            13 if float => near(format!("tanh({x})"), 1.0, e),
            14 if float => near(format!("atan({x})"), 2.0, e),
            15 if a.is_ordered() && !a.is_bool() => same(format!("sign({x})"), 1.0, 0.0),
            16 if float && a.exact() => {
                a.exactly(format!("isfinite({x})"), DType::Bool, shape.clone(), 1.0)
            }
            17 if float => {
                Var { wild: false, ..same(format!("where(isfinite({x}), {x}, 0)"), b, e) }
            }
            18 if a.is_real() && !a.is_bool() => same(format!("clip({x}, 1, 100)"), 100.0, e),
            19 if float && a.exact() => near(format!("cbrt({x})"), b + 1.0, 0.0),
            20 if float && a.exact() => a.exactly(
                format!("signbit(where({x} == 0, 1, {x}))"),
                DType::Bool,
                shape.clone(),
                1.0,
            ),
            _ if !a.is_bool() => return self.scaled(),
            _ => return,
        };
        // NaN has no sign that both sides promise.
        if made.name.starts_with("signbit") && a.wild {
            return;
        }
        self.assign(made);
    }

    pub fn compare(&mut self) {
        let (a, b) = (self.pick(), self.pick());
        if !a.is_ordered() || !b.is_ordered() {
            return;
        }
        let op = self.one_of(&["<", "<=", ">", ">=", "==", "!="]);
        let (text, shape) = match joint(&a.shape, &b.shape) {
            Some(shape) => (format!("{} {op} {}", a.name, b.name), shape),
            None => (format!("{} {op} 1", a.name), a.shape.clone()),
        };
        self.assign(a.exactly(text, DType::Bool, shape, 1.0));
    }

    /// A basic index: its text and the shape of what it takes.
    pub fn index(&mut self, shape: &[usize], whole: bool) -> (String, Vec<usize>) {
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

    pub fn slice(&mut self) {
        let Some(a) = self.pick_that(|v| !v.shape.is_empty()) else { return };
        let (mut index, mut shape) = self.index(&a.shape, false);
        if self.below(4) == 0 {
            index = format!("newaxis, {index}");
            shape.insert(0, 1);
        }
        self.assign(a.becomes(format!("{}[{index}]", a.name), shape));
    }

    /// An axis or none, whether it is kept, the elements folded into one, and the shape left.
    pub fn along(&mut self, a: &Var) -> (String, usize, Vec<usize>) {
        let axis = (!a.shape.is_empty() && self.below(3) > 0).then(|| self.below(a.shape.len()));
        let keep = self.below(3) == 0;
        let gone = axis.map_or(a.size(), |d| a.shape[d]);
        let mut shape = a.shape.clone();
        match (axis, keep) {
            (Some(d), true) => shape[d] = 1,
            (Some(d), false) => drop(shape.remove(d)),
            (None, true) => shape.fill(1),
            (None, false) => shape.clear(),
        }
        let axis = axis.map_or("none".to_string(), |d| d.to_string());
        let keep = if keep { ", keepdims=true" } else { "" };
        (format!("axis={axis}{keep}"), gone, shape)
    }

    /// The dtype of a sum.
    pub fn total(dtype: DType) -> DType {
        match dtype.kind() {
            Kind::Bool | Kind::Signed => DType::I64,
            Kind::Unsigned => DType::U64,
            _ => dtype,
        }
    }

    pub fn reduce(&mut self) {
        let a = self.pick();
        let (how, gone, shape) = self.along(&a);
        let total = Self::total(a.dtype);
        let n = gone as f64;
        let (x, b, e) = (&a.name, a.bound, a.error);
        let inexact = a.dtype.is_inexact();
        let of = |name: &str, dtype, bound, error, roundings: f64| {
            a.becomes(format!("{name}({x}, {how})"), shape.clone())
                .rounded(dtype, bound, error, roundings)
        };
        let truth =
            |name: &str| a.exactly(format!("{name}({x}, {how})"), DType::Bool, shape.clone(), 1.0);
        let made = match self.below(10) {
            0 if gone > 0 && a.is_real() => of("max", a.dtype, b, e, 0.0),
            1 if gone > 0 && a.is_real() => of("min", a.dtype, b, e, 0.0),
            2 if gone < 9 => {
                let bound = (2.0 * b.max(1.0)).powi(gone as i32);
                of("prod", total, bound, bound * e * n, if inexact { n } else { 0.0 })
            }
            3 if a.is_ordered() => truth("any"),
            4 if a.is_ordered() => truth("all"),
            5 | 6 if gone > 0 && inexact => of("mean", a.dtype, b, e, 2.0 + n),
            7 if a.is_ordered() => {
                a.exactly(format!("count_nonzero({x}, {how})"), DType::I64, shape.clone(), n)
            }
            _ => of("sum", total, b * n.max(1.0), e * n, if inexact { n } else { 0.0 }),
        };
        self.assign(made);
    }

    pub fn shape(&mut self) {
        let a = self.pick();
        let (n, x) = (a.size(), &a.name);
        let (text, shape) = match self.below(6) {
            0 => (format!("reshape({x}, ({n},))"), vec![n]),
            1 if n.is_multiple_of(2) => (format!("reshape({x}, (2, {}))", n / 2), vec![2, n / 2]),
            2 if a.shape.len() >= 2 => {
                let axes: Vec<usize> = (0..a.shape.len()).rev().collect();
                let shape = axes.iter().map(|&d| a.shape[d]).collect();
                (format!("permute_dims({x}, {})", tuple(&axes)), shape)
            }
            _ => {
                let mut shape = a.shape.clone();
                shape.insert(0, 3);
                (format!("broadcast_to({x}, {})", tuple(&shape)), shape)
            }
        };
        self.assign(a.becomes(text, shape));
    }

    pub fn choose(&mut self) {
        let (a, b) = (self.pick(), self.pick());
        let Some(mask) = self.pick_that(Var::is_bool) else { return self.compare() };
        let Some(shape) = joint(&a.shape, &b.shape).and_then(|s| joint(&s, &mask.shape)) else {
            return;
        };
        let text = format!("where({}, {}, {})", mask.name, a.name, b.name);
        let made = Var {
            dtype: a.dtype.promote(b.dtype),
            bound: a.bound.max(b.bound),
            error: a.error.max(b.error),
            wild: a.wild || b.wild,
            ..a.becomes(text, shape)
        };
        self.assign(made);
    }

    pub fn cast(&mut self) {
        let a = self.pick();
        let to = self.one_of(&DTYPES);
        let (shape, x) = (a.shape.clone(), &a.name);
        if !a.is_real() && to.kind() != Kind::Complex {
            return;
        }
        if a.is_float() && !to.is_inexact() {
            if a.exact() {
                let text = format!("astype(where(isfinite({x}), clip({x}, 0, 100), 0), {to})");
                self.assign(a.exactly(text, to, shape, 100.0));
            }
            return;
        }
        if a.wild && to.kind() == Kind::Complex {
            return;
        }
        let roundings = if a.exact() { 0.0 } else { 1.0 };
        let text = format!("astype({x}, {to})");
        self.assign(a.becomes(text, shape).rounded(to, a.bound, a.error, roundings));
    }

    /// Assigns to a part of a copy.
    pub fn store(&mut self) {
        let Some(a) = self.pick_that(|v| !v.shape.is_empty() && !v.is_bool()) else { return };
        let (part, _) = self.index(&a.shape, false);
        let value = self.below(9);
        let kind = self.below(4);
        let bound = 2.0 * a.bound + 9.0;
        let roundings = if a.exact() { 0.0 } else { 1.0 };
        let changed = a.clone().rounded(a.dtype, bound, 2.0 * a.error, roundings);
        self.change(changed, |name| match kind {
            0 => format!("{name}[{part}] = {value}"),
            1 => format!("{name}[{part}] += {value}"),
            2 => format!("{name}[{part}] *= 2"),
            _ => format!("{name}[{part}] = {name}[{part}] * 2"),
        });
    }

    /// A loop that changes a variable a few times.
    pub fn repeat(&mut self) {
        let Some(a) = self.pick_that(|v| !v.is_bool()) else { return };
        let (name, n) = (self.fresh(), self.below(4));
        let step = match (a.dtype.kind(), self.below(3)) {
            (Kind::Float, 0) => format!("{name} = {name} * 0.5 + i"),
            (Kind::Complex, _) => format!("{name} = {name} + {}", a.name),
            (_, 1) => format!("{name} = maximum({name}, i)"),
            _ => format!("{name} = {name} + {}", a.name),
        };
        let x = &a.name;
        let statement = match self.below(3) {
            0 => (
                format!("{name} = {x} + 0; i = 0; while i < {n} {{ {step}; i += 1 }}"),
                format!("{name} = {x} + 0; i = 0\nwhile i < {n}:\n    {step}; i += 1"),
            ),
            1 => (
                format!(
                    "{name} = {x} + 0; for i in range({n}) {{ if i != 1 {{ {step} }} else {{ {name} = {name} - 1 }} }}"
                ),
                format!(
                    "{name} = {x} + 0\nfor i in range({n}):\n    if i != 1: {step}\n    else: {name} = {name} - 1"
                ),
            ),
            _ => (
                format!("{name} = {x} + 0; for i in range({n}) {{ {step} }}"),
                format!("{name} = {x} + 0\nfor i in range({n}): {step}"),
            ),
        };
        self.program.statements.push(statement);
        let roundings = if a.exact() { 0.0 } else { 4.0 };
        let (bound, error) = (4.0 * a.bound + 8.0, 4.0 * a.error);
        let made = Var { name, ..a.clone() }.rounded(a.dtype, bound, error, roundings);
        self.vars.push(Self::settle(made));
    }

    /// One of two statements, by a condition on data.
    pub fn branch(&mut self) {
        let (Some(a), Some(c)) =
            (self.pick_that(|v| !v.is_bool()), self.pick_that(Var::is_ordered))
        else {
            return;
        };
        let (name, x, y) = (self.fresh(), &a.name, &c.name);
        let test = self.one_of(&["any", "all"]);
        let (yes, no) = (format!("{name} = {x} + 1"), format!("{name} = {x} - 1"));
        self.program.statements.push((
            format!("if {test}({y} > 1) {{ {yes} }} else {{ {no} }}"),
            format!("if {test}({y} > 1): {yes}\nelse: {no}"),
        ));
        let roundings = if a.exact() { 0.0 } else { 1.0 };
        let made = Var { name, ..a.clone() }.rounded(a.dtype, a.bound + 1.0, a.error, roundings);
        self.vars.push(Self::settle(made));
    }

    /// A function of two arguments, and a call of it.
    pub fn function(&mut self) {
        let Some(a) = self.pick_that(|v| !v.is_bool() && v.is_real()) else { return };
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
        let x = &a.name;
        let call = if n % 2 == 0 { format!("f{k}({x})") } else { format!("f{k}({x}, k=3)") };
        let bound = a.bound * a.bound + 6.0 * a.bound + 10.0;
        let error = a.error * (2.0 * a.bound + 6.0);
        let roundings = if a.exact() { 0.0 } else { 2.0 };
        self.assign(a.becomes(call, a.shape.clone()).rounded(a.dtype, bound, error, roundings));
    }

    pub fn join(&mut self) {
        let (a, b) = (self.pick(), self.pick());
        let x = &a.name;
        if a.shape.is_empty() || a.shape.len() != b.shape.len() || a.shape[1..] != b.shape[1..] {
            let mut shape = a.shape.clone();
            shape.push(2);
            return self.assign(a.becomes(format!("stack([{x}, {x}], axis=-1)"), shape));
        }
        let mut shape = a.shape.clone();
        shape[0] += b.shape[0];
        let dtype = a.dtype.promote(b.dtype);
        if dtype.kind() == Kind::Complex && (a.wild || b.wild) {
            return;
        }
        let made = Var {
            dtype,
            bound: a.bound.max(b.bound),
            error: a.error.max(b.error),
            wild: a.wild || b.wild,
            ..a.becomes(format!("concat([{x}, {}], axis=0)", b.name), shape)
        };
        self.assign(made);
    }

    pub fn scan(&mut self) {
        let Some(a) = self.pick_that(|v| !v.shape.is_empty() && !v.is_bool()) else { return };
        let d = self.below(a.shape.len());
        let (n, x) = (a.shape[d] as f64, &a.name);
        let roundings = if a.dtype.is_inexact() { n } else { 0.0 };
        let total = Self::total(a.dtype);
        let of = |name: &str, dtype, bound, error, roundings| {
            a.becomes(format!("{name}({x}, axis={d})"), a.shape.clone())
                .rounded(dtype, bound, error, roundings)
        };
        let made = match self.below(5) {
            0 if a.is_real() => of("maximum.accumulate", a.dtype, a.bound, a.error, 0.0),
            1 if a.is_real() => of("minimum.accumulate", a.dtype, a.bound, a.error, 0.0),
            2 if n < 9.0 => {
                let bound = (2.0 * a.bound.max(1.0)).powf(n);
                of("cumulative_prod", total, bound, bound * a.error * n, roundings)
            }
            _ => of("cumulative_sum", total, a.bound * n.max(1.0), a.error * n, roundings),
        };
        self.assign(made);
    }
}
