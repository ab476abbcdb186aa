//! Moving elements, differences, windows and padding.

use super::{Gen, Var};
use arr_ir::dtype::DType;

impl Gen {
    pub fn move_elements(&mut self) {
        let a = self.pick();
        let (r, x, mut shape) = (a.shape.len(), &a.name, a.shape.clone());
        let d = self.below(r.max(1));
        let k = self.below(5) as i64 - 2;
        let text = match self.below(11) {
            0 if r > 0 => format!("roll({x}, {k}, axis={d})"),
            1 if r > 1 => format!("roll({x}, (1, {k}), axis=(0, {}))", r - 1),
            2 => format!("flip({x})"),
            3 if r > 0 => format!("flip({x}, axis={d})"),
            4 if r > 0 => {
                shape[d] *= 2;
                format!("repeat({x}, 2, axis={d})")
            }
            5 if r > 0 => {
                shape[r - 1] *= 2;
                format!("tile({x}, (2,))")
            }
            6 if r > 1 => {
                shape.swap(0, d);
                format!("swapaxes({x}, 0, {d})")
            }
            7 if r > 1 => {
                let moved = shape.remove(d);
                shape.push(moved);
                format!("moveaxis({x}, {d}, -1)")
            }
            8 if r > 1 => {
                let which = self.one_of(&["tril", "triu"]);
                format!("{which}({x}, k={k})")
            }
            9 if r == 2 => {
                shape.swap(0, 1);
                format!("rot90({x})")
            }
            _ => {
                shape.insert(d, 1);
                format!("expand_dims({x}, axis={d})")
            }
        };
        self.assign(a.becomes(text, shape));
    }

    pub fn differences(&mut self) {
        let Some(a) = self.pick_that(|v| !v.shape.is_empty() && !v.is_bool()) else { return };
        let d = self.below(a.shape.len());
        let (n, x, mut shape) = (a.shape[d], &a.name, a.shape.clone());
        let roundings = if a.exact() { 0.0 } else { 4.0 };
        match self.below(4) {
            0 if n >= 2 && a.is_float() => {
                let made = a.becomes(format!("gradient({x}, axis={d})"), shape);
                self.assign(made.rounded(a.dtype, 2.0 * a.bound, 2.0 * a.error, 2.0));
            }
            1 if n >= 1 && a.is_float() => {
                shape.remove(d);
                let of = (a.dtype, n as f64 * a.bound, n as f64 * a.error, n as f64);
                let made = a.becomes(format!("trapezoid({x}, axis={d})"), shape);
                self.assign(made.rounded(of.0, of.1, of.2, of.3));
            }
            _ => {
                let times = 1 + self.below(2);
                shape[d] = n.saturating_sub(times);
                let made = a.becomes(format!("diff({x}, n={times}, axis={d})"), shape);
                self.assign(made.rounded(a.dtype, 4.0 * a.bound, 4.0 * a.error, roundings));
            }
        }
    }

    pub fn windows(&mut self) {
        let Some(a) = self.pick_that(|v| !v.shape.is_empty() && !v.is_bool()) else { return };
        let d = self.below(a.shape.len());
        let (n, x, mut shape) = (a.shape[d], &a.name, a.shape.clone());
        let inexact = a.dtype.is_inexact();
        let w = 1 + self.below(3);
        let fits = n >= w;
        if fits {
            shape[d] = n + 1 - w;
        }
        match self.below(5) {
            0 if fits => {
                shape.push(w);
                let text = format!("windows({x}, ({w},), axis={d})");
                self.assign(a.becomes(text, shape));
            }
            1 | 2 if fits => {
                let name = self.one_of(&["sum", "max"]);
                if name == "max" && !a.is_real() {
                    return;
                }
                let text = format!("{name}(windows({x}, ({w},), axis={d}), axis=-1)");
                let made = a.becomes(text, shape);
                let made = match name {
                    "max" => made,
                    _ => {
                        let roundings = if inexact { 3.0 } else { 0.0 };
                        let of = Self::total(a.dtype);
                        made.rounded(of, 3.0 * a.bound, 3.0 * a.error, roundings)
                    }
                };
                self.assign(made);
            }
            _ => self.convolve(),
        }
    }

    fn convolve(&mut self) {
        let suited = |v: &Var| v.shape.len() == 1 && v.size() > 0 && !v.is_bool() && !v.wild;
        let (Some(a), Some(b)) = (self.pick_that(suited), self.pick_that(suited)) else { return };
        let (n, m) = (a.size(), b.size());
        let (mode, size) = match self.below(3) {
            0 => ("full", n + m - 1),
            1 => ("same", n.max(m)),
            _ => ("valid", n.max(m) + 1 - n.min(m)),
        };
        let name = self.one_of(&["convolve", "correlate"]);
        if n * m > 1_000_000 || (name == "correlate" && n < m) {
            return;
        }
        let dtype = a.dtype.promote(b.dtype);
        let terms = n.min(m) as f64;
        let made =
            a.becomes(format!("{name}({}, {}, mode=\"{mode}\")", a.name, b.name), vec![size]);
        let error = 2.0 * terms * (a.bound * b.error + b.bound * a.error);
        let roundings = if dtype.is_inexact() { terms + 2.0 } else { 0.0 };
        self.assign(made.rounded(dtype, 2.0 * terms * a.bound * b.bound, error, roundings));
    }

    pub fn pad(&mut self) {
        let suited =
            |v: &Var| !v.shape.is_empty() && v.shape.len() < 4 && v.shape.iter().all(|&n| n > 1);
        let Some(a) = self.pick_that(suited) else { return };
        let mut shape = a.shape.clone();
        let widths: Vec<String> = shape
            .iter_mut()
            .map(|n| {
                let (before, after) = (self.below(3), self.below(4));
                *n += before + after;
                format!("({before}, {after})")
            })
            .collect();
        let mode = self.one_of(&["constant", "edge", "reflect", "symmetric", "wrap", "maximum"]);
        if mode == "maximum" && (!a.is_real() || a.is_bool()) {
            return;
        }
        let value = if mode == "constant" && a.dtype != DType::Bool && self.below(2) == 0 {
            ", constant_values=3"
        } else {
            ""
        };
        let text = format!("pad({}, ({},), mode=\"{mode}\"{value})", a.name, widths.join(", "));
        self.assign(Var { bound: a.bound.max(3.0), ..a.becomes(text, shape) });
    }
}
