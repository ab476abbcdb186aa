//! Sorting, searching, counting, order statistics and sums that skip NaN.

use super::{Gen, Var, unit};
use arr_ir::dtype::DType;

impl Gen {
    pub fn sort(&mut self) {
        let Some(a) = self.pick_that(|v| v.is_real() && !v.shape.is_empty()) else { return };
        let d = self.below(a.shape.len());
        let (n, x) = (a.shape[d], &a.name);
        let mut left = a.shape.clone();
        left.remove(d);
        let made = match self.below(7) {
            0 if a.exact() => {
                a.exactly(format!("argsort({x}, axis={d})"), DType::I64, a.shape.clone(), n as f64)
            }
            1 if a.exact() && !a.wild => {
                let text = format!("argsort({x}, axis={d}, descending=true)");
                a.exactly(text, DType::I64, a.shape.clone(), n as f64)
            }
            2 if !a.wild => {
                a.becomes(format!("sort({x}, axis={d}, descending=true)"), a.shape.clone())
            }
            3 if a.exact() && n > 0 => {
                a.exactly(format!("argmax({x}, axis={d})"), DType::I64, left, n as f64)
            }
            4 if a.exact() && n > 0 => {
                a.exactly(format!("argmin({x}, axis={d})"), DType::I64, left, n as f64)
            }
            5 if n > 0 => {
                let k = self.below(n);
                let text = format!("take(partition({x}, {k}, axis={d}), {k}, axis={d})");
                a.becomes(text, left)
            }
            _ => a.becomes(format!("sort({x}, axis={d})"), a.shape.clone()),
        };
        self.assign(made);
    }

    pub fn search(&mut self) {
        let ordered = |v: &Var| v.is_ordered() && !v.wild;
        let (Some(a), Some(b)) = (self.pick_that(ordered), self.pick_that(ordered)) else { return };
        let (x, y, n) = (&a.name, &b.name, a.size() as f64);
        let side = self.one_of(&["left", "right"]);
        let made = match self.below(6) {
            0 if a.dtype.is_integer() => {
                let text = format!("bincount(astype(reshape({x}, (-1,)) % 7, int64), minlength=7)");
                a.exactly(text, DType::I64, vec![7], n)
            }
            1 if a.is_float() && a.size() > 0 => {
                a.exactly(format!("histogram({x}, bins=4)[0]"), DType::I64, vec![4], n)
            }
            2 => a.exactly(format!("isin({x}, {y})"), DType::Bool, a.shape.clone(), 1.0),
            3 if !a.is_bool() => {
                let text = format!("digitize({x}, asarray([-3, 0, 2, 5]))");
                a.exactly(text, DType::I64, a.shape.clone(), 5.0)
            }
            _ => {
                let text = format!("searchsorted(sort(reshape({x}, (-1,))), {y}, side=\"{side}\")");
                b.exactly(text, DType::I64, b.shape.clone(), n)
            }
        };
        self.assign(made);
    }

    /// Medians, quantiles, variances.
    pub fn statistic(&mut self) {
        let Some(a) = self.pick_that(|v| v.is_float()) else { return };
        let (how, gone, shape) = self.along(&a);
        if gone == 0 {
            return;
        }
        let (x, b, e, n) = (&a.name, a.bound, a.error, gone as f64);
        let of = |text: String, bound: f64, error: f64, roundings: f64| {
            a.becomes(text, shape.clone()).rounded(a.dtype, bound, error, roundings)
        };
        let q = self.one_of(&["0", "1", "0.5", "0.25", "0.3"]);
        let spread = 4.0 * b * (e + unit(a.dtype) * b * n);
        let made = match self.below(7) {
            0 | 1 if !a.wild => of(format!("median({x}, {how})"), b, e, 1.0),
            2 | 3 if !a.wild => of(format!("quantile({x}, {q}, {how})"), b, e, 2.0),
            4 => of(format!("var({x}, {how})"), 2.0 * b * b, spread, 2.0),
            5 => of(format!("std({x}, {how})"), 2.0 * b, spread.sqrt(), 2.0),
            _ => of(format!("ptp({x}, {how})"), 2.0 * b, 2.0 * e, 1.0),
        };
        self.assign(made);
    }

    pub fn skip_nan(&mut self) {
        let Some(a) = self.pick_that(|v| v.is_float()) else { return };
        let (how, gone, shape) = self.along(&a);
        let (x, b, e, n) = (&a.name, a.bound, a.error, gone as f64);
        let of = |name: &str, bound: f64, error: f64, roundings: f64| {
            a.becomes(format!("{name}({x}, {how})"), shape.clone())
                .rounded(a.dtype, bound, error, roundings)
        };
        let finite = format!("where(isinf({x}), 1, {x})");
        let spread = 4.0 * b * (e + unit(a.dtype) * b * n);
        let made = match self.below(7) {
            0 if gone > 0 => of("nanmax", b, e, 0.0),
            1 if gone > 0 => of("nanmin", b, e, 0.0),
            2 if gone > 0 => of("nanmean", b, e, n + 2.0),
            3 if gone > 0 => {
                a.becomes(format!("nanmedian({finite}, {how})"), shape).rounded(a.dtype, b, e, 2.0)
            }
            4 if gone > 0 => of("nanvar", 2.0 * b * b, spread, 2.0),
            5 => {
                let text = format!("nan_to_num({finite}, nan=2)");
                Var { wild: false, bound: b + 2.0, ..a.becomes(text, a.shape.clone()) }
            }
            _ => of("nansum", b * n.max(1.0), e * n, n),
        };
        self.assign(made);
    }
}
