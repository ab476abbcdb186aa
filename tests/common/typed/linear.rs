//! Complex arrays, sums of products, linear algebra and Fourier transforms.

use super::{Gen, Var};
use arr_ir::dtype::{DType, Kind};

/// The result of `terms` products of two arrays, added up.
fn summed(a: &Var, b: &Var, text: String, shape: Vec<usize>, terms: usize) -> Var {
    let dtype = a.dtype.promote(b.dtype);
    let n = 2.0 * terms.max(1) as f64;
    let roundings = if dtype.is_inexact() { n } else { 0.0 };
    let error = n * (a.bound * b.error + b.bound * a.error);
    Var { wild: a.wild || b.wild, ..a.becomes(text, shape) }.rounded(
        dtype,
        n * a.bound * b.bound,
        error,
        roundings,
    )
}

/// Numbers without NaN and infinities.
fn tame(v: &Var) -> bool {
    !v.wild && !v.is_bool()
}

impl Gen {
    pub fn product(&mut self) {
        let Some(a) = self.pick_that(|v| tame(v) && !v.shape.is_empty()) else { return };
        let (r, x) = (a.shape.len(), &a.name);
        let k = a.shape[r - 1];
        let partner = self.pick_that(|v| tame(v) && v.shape.len() == 2 && v.shape[0] == k);
        let vector = self.pick_that(|v| tame(v) && v.shape == [k]);
        let alike = self.pick_that(|v| tame(v) && v.shape == a.shape);
        let made = match self.below(10) {
            0..=2 if r <= 2 && partner.is_some() => {
                let b = partner.expect("checked");
                let mut shape = a.shape[..r - 1].to_vec();
                shape.push(b.shape[1]);
                let text = format!("{x} @ {}", b.name);
                summed(&a, &b, text, shape, k)
            }
            3 | 4 if vector.is_some() => {
                let b = vector.expect("checked");
                let name = self.one_of(&["matmul", "dot", "inner"]);
                let text = format!("{name}({x}, {})", b.name);
                summed(&a, &b, text, a.shape[..r - 1].to_vec(), k)
            }
            5 if alike.is_some() => {
                let b = alike.expect("checked");
                let text = format!("vecdot({x}, {})", b.name);
                summed(&a, &b, text, a.shape[..r - 1].to_vec(), k)
            }
            6 if alike.is_some() => {
                let b = alike.expect("checked");
                let text = format!("tensordot({x}, {}, axes={r})", b.name);
                summed(&a, &b, text, vec![], a.size())
            }
            7 if r == 1 => {
                let b = self.pick_that(|v| tame(v) && v.shape.len() == 1).unwrap_or(a.clone());
                let text = format!("outer({x}, {})", b.name);
                summed(&a, &b, text, vec![k, b.size()], 1)
            }
            8 if r == 2 && a.size() < 60 => {
                let b = self
                    .pick_that(|v| tame(v) && v.shape.len() == 2 && v.size() < 60)
                    .unwrap_or(a.clone());
                let shape = vec![a.shape[0] * b.shape[0], k * b.shape[1]];
                summed(&a, &b, format!("kron({x}, {})", b.name), shape, 1)
            }
            _ if r >= 2 => {
                let mut shape = a.shape.clone();
                shape[r - 1] = shape[r - 2];
                summed(&a, &a, format!("{x} @ {x}.mT"), shape, k)
            }
            _ => summed(&a, &a, format!("{x} @ {x}"), vec![], k),
        };
        self.assign(made);
    }

    /// Some columns of `rows` rows of a matrix, or of its transpose: the text and how many columns.
    fn part(&mut self, (x, m, n): (&str, usize, usize), rows: usize) -> (String, usize) {
        let turned = n >= rows && (m < rows || self.below(2) == 0);
        let (high, wide) = if turned { (n, m) } else { (m, n) };
        let from = self.below(high - rows + 1);
        let to = from + rows;
        let first = self.below(wide.min(3));
        let last = wide - self.below((wide - first).min(3));
        let (columns, count) = match self.below(3) {
            0 => (String::new(), wide),
            1 => (format!(", {first}:{last}"), last - first),
            _ => (format!(", {first}::2"), (wide - first).div_ceil(2)),
        };
        let back = if self.below(4) == 0 { "[::-1]" } else { "" };
        let turn = if turned { ".T" } else { "" };
        (format!("{x}{turn}[{from}:{to}{columns}]{back}"), count)
    }

    /// Products of two parts of one matrix.
    pub fn product_of_parts(&mut self) {
        let suited = |v: &Var| tame(v) && matches!(v.shape.len(), 2 | 3) && v.size() > 0;
        let Some(a) = self.pick_that(suited) else { return };
        let r = a.shape.len();
        let (m, n) = (a.shape[r - 2], a.shape[r - 1]);
        let most = m.max(n);
        let k = most - self.below(most.min(3));
        let mut side = || {
            let matrix = match r {
                3 => format!("{}[{}]", a.name, self.below(a.shape[0])),
                _ => a.name.clone(),
            };
            let (text, count) = self.part((&matrix, m, n), k);
            match self.below(6) {
                0 => (format!("({text} + {text})"), count, 2.0),
                _ => (text, count, 1.0),
            }
        };
        let ((p, rows, by), (q, columns, times)) = (side(), side());
        let text = match self.below(4) {
            0 => format!("einsum(\"ki,kj->ij\", {p}, {q})"),
            1 => format!("tensordot({p}, {q}, axes=((0,), (0,)))"),
            _ => format!("{p}.T @ {q}"),
        };
        let scaled = |by: f64| Var { bound: a.bound * by, error: a.error * by, ..a.clone() };
        self.assign(summed(&scaled(by), &scaled(times), text, vec![rows, columns], k));
    }

    pub fn einsum(&mut self) {
        let Some(a) = self.pick_that(|v| tame(v) && v.shape.len() == 2) else { return };
        let (x, m, n) = (&a.name, a.shape[0], a.shape[1]);
        let of = |text: String, shape: Vec<usize>, terms: usize| summed(&a, &a, text, shape, terms);
        let made = match self.below(8) {
            0 => a.becomes(format!("einsum(\"ij->ji\", {x})"), vec![n, m]),
            1 => of(format!("einsum(\"ij,ij->i\", {x}, {x})"), vec![m], n),
            2 => of(format!("einsum(\"ij,ik->jk\", {x}, {x})"), vec![n, n], m),
            3 => of(format!("einsum(\"ij,kj->\", {x}, {x})"), vec![], m * m * n),
            4 if m > 0 => of(format!("einsum(\"ij,j->i\", {x}, {x}[0])"), vec![m], n),
            5 if m == n => a.becomes(format!("einsum(\"ii->i\", {x})"), vec![n]),
            6 => of(format!("einsum(\"ij,kj->ijk\", {x}, {x})"), vec![m, n, m], 1),
            _ if m > 0 => of(
                format!("einsum(\"ij,j,i->j\", {x}, {x}[0], ones({m}, dtype={}))", a.dtype),
                vec![n],
                m,
            ),
            _ => return,
        };
        self.assign(made);
    }

    /// Of a well-conditioned square matrix made of a matrix.
    pub fn linear_algebra(&mut self) {
        let suited = |v: &Var| tame(v) && v.shape.len() == 2 && v.error < 1e-3;
        let Some(a) = self.pick_that(suited) else { return };
        let n = a.shape[0].min(a.shape[1]).min(6);
        if n == 0 {
            return;
        }
        let dtype = if a.dtype.is_inexact() { a.dtype } else { DType::F64 };
        let scale = 0.5f64.powi(a.bound.max(1.0).log2().ceil() as i32);
        let error = a.error * scale * 8.0;
        // Two numbers of the source that together stay in the dtype of the matrix.
        let matrix =
            format!("({}[:{n}, :{n}] * {scale:?} + {} * eye({n}, dtype={dtype}))", a.name, n + 1);
        let complex = dtype.kind() == Kind::Complex;
        let wide = 2.0 * n as f64 + 2.0;
        let power = wide.powi(n as i32);
        let of = |text: String, dtype: DType, shape: Vec<usize>, bound: f64| {
            a.becomes(text, shape).rounded(dtype, bound, error * bound, 100.0)
        };
        let square = vec![n, n];
        let made = match self.below(9) {
            0 => of(format!("linalg.inv({matrix})"), dtype, square, 1.0),
            1 => of(format!("linalg.det({matrix})"), dtype, vec![], power),
            2 => of(
                format!("linalg.solve({matrix}, {}[:{n}])", a.name),
                dtype,
                vec![n, a.shape[1]],
                4.0 * a.bound,
            ),
            3 => of(
                format!("linalg.solve({matrix}, {}[:{n}, 0])", a.name),
                dtype,
                vec![n],
                4.0 * a.bound,
            ),
            4 if !complex => {
                of(format!("linalg.cholesky({matrix} + {matrix}.mT)"), dtype, square, 2.0 * wide)
            }
            5 if !complex => {
                of(format!("linalg.eigvalsh({matrix} + {matrix}.mT)"), dtype, vec![n], 4.0 * wide)
            }
            6 => of(format!("linalg.svdvals({matrix})"), dtype.part(), vec![n], 4.0 * wide),
            7 => of(format!("linalg.matrix_power({matrix}, 3)"), dtype, square, wide.powi(3)),
            _ => of(format!("linalg.pinv({matrix})"), dtype, square, 2.0),
        };
        self.assign(made);
    }

    pub fn fourier(&mut self) {
        let suited = |v: &Var| tame(v) && !v.shape.is_empty() && v.size() > 0;
        let Some(a) = self.pick_that(suited) else { return };
        let d = self.below(a.shape.len());
        let (n, x, mut shape) = (a.shape[d], &a.name, a.shape.clone());
        let dtype = match a.dtype {
            DType::F32 | DType::C64 => DType::C64,
            _ => DType::C128,
        };
        let size = 2.0 * n as f64;
        let of = |text: String, dtype: DType, shape: Vec<usize>, n: f64| {
            a.becomes(text, shape).rounded(dtype, n * a.bound, n * a.error, 8.0)
        };
        let made = match self.below(6) {
            0 if a.is_real() => {
                shape[d] = n / 2 + 1;
                of(format!("fft.rfft({x}, axis={d})"), dtype, shape, size)
            }
            1 => {
                let m = 1 + self.below(9);
                shape[d] = m;
                of(format!("fft.irfft({x}, n={m}, axis={d})"), dtype.part(), shape, size)
            }
            2 => of(format!("fft.ifft({x}, axis={d})"), dtype, shape, size),
            3 if shape.len() >= 2 => {
                let all = 2.0 * (shape[shape.len() - 1] * shape[shape.len() - 2]) as f64;
                of(format!("fft.fft2({x})"), dtype, shape, all)
            }
            4 => a.becomes(format!("fft.fftshift({x}, axes={d})"), shape),
            _ => {
                let m = 1 + self.below(9);
                shape[d] = m;
                of(format!("fft.fft({x}, n={m}, axis={d})"), dtype, shape, size)
            }
        };
        self.assign(made);
    }

    /// A complex array of two real ones, or of one.
    pub fn make_complex(&mut self) {
        let suited = |v: &Var| tame(v) && v.is_real();
        let Some(a) = self.pick_that(suited) else { return };
        let b = self.pick_that(|v| suited(v) && v.shape == a.shape && v.dtype == a.dtype);
        let b = b.unwrap_or(a.clone());
        let dtype = if a.dtype == DType::F32
            || !a.dtype.is_inexact() && a.dtype.size() <= 2 && a.is_float()
        {
            DType::C64
        } else {
            DType::C128
        };
        let k = self.below(4);
        let bound = a.bound + b.bound + 4.0;
        let error = a.error + b.error;
        let text = match self.below(3) {
            0 => format!("{} + {k}j", a.name),
            1 => format!("{} * {}j", a.name, k + 1),
            _ => format!("{} + 1j * {}", a.name, b.name),
        };
        let roundings = if error > 0.0 { 1.0 } else { 0.0 };
        let made =
            a.becomes(text, a.shape.clone()).rounded(dtype, 4.0 * bound, 4.0 * error, roundings);
        self.assign(made);
    }

    pub fn take_complex_apart(&mut self) {
        let Some(a) = self.pick_that(|v| !v.is_real()) else { return self.make_complex() };
        let (x, part) = (&a.name, a.dtype.part());
        let shape = a.shape.clone();
        let of = |text: String, dtype: DType, roundings: f64| {
            a.becomes(text, shape.clone()).rounded(dtype, 2.0 * a.bound, 2.0 * a.error, roundings)
        };
        let made = match self.below(7) {
            0 => of(format!("real({x})"), part, 0.0),
            1 => of(format!("{x}.imag"), part, 0.0),
            2 => of(format!("conj({x})"), a.dtype, 0.0),
            3 => of(format!("abs({x})"), part, 1.0),
            4 => of(format!("{x} / (abs({x}) + 1)"), a.dtype, 2.0),
            5 if a.bound < 1e3 => of(format!("exp({x} / 256)"), a.dtype, 4.0).rounded(
                a.dtype,
                60.0,
                60.0 * a.error,
                20.0,
            ),
            _ if a.exact() => a.exactly(format!("{x} == conj({x})"), DType::Bool, shape, 1.0),
            _ => of(format!("-{x}"), a.dtype, 0.0),
        };
        self.assign(made);
    }
}
