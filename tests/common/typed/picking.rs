//! Reading and writing by positions and masks, and selections whose size depends on data.

use super::{Gen, Var, joint, tuple};
use arr_ir::dtype::DType;

/// One item of an index with arrays.
enum Item {
    /// Positions of this shape.
    Array(Vec<usize>),
    /// A slice that leaves this many.
    Slice(usize),
    /// A new axis.
    New,
}

impl Gen {
    /// An array of positions on an axis of `n`: its text and shape.
    fn positions(&mut self, n: usize, length: usize) -> (String, Vec<usize>) {
        let computed = |v: &Var| v.dtype.is_integer() && v.size() <= 60 && v.shape.len() <= 2;
        if n > 0
            && n <= 100
            && self.below(3) == 0
            && length == usize::MAX
            && let Some(v) = self.pick_that(computed)
        {
            return (format!("{} % {n}", v.name), v.shape);
        }
        let length = if length == usize::MAX { self.below(6) } else { length };
        if n == 0 || length == 0 {
            return ("zeros((0,), dtype=int64)".to_string(), vec![0]);
        }
        let one = |g: &mut Gen| {
            let i = g.below(n) as i64;
            (if g.below(3) == 0 { i - n as i64 } else { i }).to_string()
        };
        let row = |g: &mut Gen| {
            let all: Vec<String> = (0..length).map(|_| one(g)).collect();
            format!("[{}]", all.join(", "))
        };
        if self.below(4) == 0 {
            let (a, b) = (row(self), row(self));
            return (format!("asarray([{a}, {b}])"), vec![2, length]);
        }
        (format!("asarray({})", row(self)), vec![length])
    }

    /// An index with at least one array, mixed with integers, slices and new axes: its text and
    /// the shape of what it takes.
    fn mixed_index(&mut self, shape: &[usize]) -> Option<(String, Vec<usize>)> {
        let first = self.below(shape.len());
        let mut length = usize::MAX;
        let (mut texts, mut items) = (vec![], vec![]);
        for (d, &n) in shape.iter().enumerate() {
            let (text, item) = match self.below(8) {
                _ if d == first => self.array_item(n, &mut length),
                0 | 1 => self.array_item(n, &mut length),
                2 if n > 0 => (self.below(n).to_string(), Item::Array(vec![])),
                3 => ("::-1".to_string(), Item::Slice(n)),
                4 => ("1:".to_string(), Item::Slice(n.saturating_sub(1))),
                _ => (":".to_string(), Item::Slice(n)),
            };
            texts.push(text);
            items.push(item);
            if self.below(12) == 0 {
                texts.push("newaxis".to_string());
                items.push(Item::New);
            }
        }
        if self.below(3) == 0 {
            // What is taken whole at the end need not be written.
            while texts.last().is_some_and(|t| t == ":") {
                texts.pop();
            }
        }
        Some((texts.join(", "), taken(&items)?))
    }

    fn array_item(&mut self, n: usize, length: &mut usize) -> (String, Item) {
        let (text, shape) = self.positions(n, *length);
        // Those that follow have the same length, or there would be nothing to broadcast to.
        *length = shape.last().copied().unwrap_or(1);
        (text, Item::Array(shape))
    }

    /// `x[positions, 1:, positions]`.
    pub fn pick_by_positions(&mut self) {
        let Some(a) = self.pick_that(|v| !v.shape.is_empty()) else { return };
        if let Some((index, shape)) = self.mixed_index(&a.shape) {
            self.assign(a.becomes(format!("{}[{index}]", a.name), shape));
        }
    }

    /// The functions that read by positions.
    pub fn take(&mut self) {
        let Some(a) = self.pick_that(|v| !v.shape.is_empty()) else { return };
        let d = self.below(a.shape.len());
        let (n, x) = (a.shape[d], &a.name);
        match self.below(4) {
            0 if a.is_ordered() => {
                let text = format!("take_along_axis({x}, argsort({x}, axis={d}), axis={d})");
                self.assign(a.becomes(text, a.shape.clone()));
            }
            1 if a.is_ordered() => {
                let text = format!(
                    "take_along_axis({x}, flip(argsort({x}, axis={d}), axis={d}), axis={d})"
                );
                self.assign(a.becomes(text, a.shape.clone()));
            }
            2 if n > 0 => {
                let mut shape = a.shape.clone();
                shape[d] -= 1;
                let at = self.below(n);
                self.assign(a.becomes(format!("delete({x}, {at}, axis={d})"), shape));
            }
            _ => {
                let (positions, taken) = self.positions(n, usize::MAX);
                let mut shape = a.shape[..d].to_vec();
                shape.extend(taken);
                shape.extend(&a.shape[d + 1..]);
                self.assign(a.becomes(format!("take({x}, {positions}, axis={d})"), shape));
            }
        }
    }

    /// `x[positions] = ..` and `+=`, where positions may occur twice.
    pub fn store_by_positions(&mut self) {
        let Some(a) = self.pick_that(|v| !v.shape.is_empty() && !v.is_bool()) else { return };
        let Some((part, shape)) = self.mixed_index(&a.shape) else { return };
        let (kind, value) = (self.below(5), self.below(9));
        let count: usize = shape.iter().product();
        let roundings = if a.exact() { 0.0 } else { 2.0 };
        let bound = 2.0 * a.bound + count as f64 + 9.0;
        let changed = a.clone().rounded(a.dtype, bound, 2.0 * a.error, roundings);
        let ramp = format!("astype(reshape(arange({count}) % 50, {}), {})", tuple(&shape), a.dtype);
        self.change(changed, |name| match kind {
            0 => format!("{name}[{part}] = {value}"),
            1 => format!("{name}[{part}] += {value}"),
            2 => format!("{name}[{part}] = {name}[{part}] * 2"),
            3 => format!("{name}[{part}] = {ramp}"),
            _ => format!("{name}[{part}] += {ramp}"),
        });
    }

    /// A mask for the leading dimensions of an array: its text and rank.
    fn mask(&mut self, a: &Var) -> Option<(String, usize)> {
        let suited = |v: &Var| {
            v.is_bool() && !v.shape.is_empty() && a.shape.starts_with(&v.shape) && v.name != a.name
        };
        if self.below(2) == 0
            && let Some(mask) = self.pick_that(suited)
        {
            return Some((mask.name, mask.shape.len()));
        }
        if !a.is_ordered() {
            return None;
        }
        let (op, k) = (self.one_of(&[">", "<=", "!=", "=="]), self.below(4));
        Some((format!("{} {op} {k}", a.name), a.shape.len()))
    }

    /// `x[mask] = ..` and the like.
    pub fn store_by_mask(&mut self) {
        let Some(a) = self.pick_that(|v| !v.shape.is_empty() && !v.is_bool()) else { return };
        let Some((mask, rank)) = self.mask(&a) else { return };
        let (kind, value) = (self.below(5), self.below(9));
        let roundings = if a.exact() { 0.0 } else { 2.0 };
        let bound = 2.0 * a.bound + 9.0;
        let changed = a.clone().rounded(a.dtype, bound, 2.0 * a.error, roundings);
        let from = a.name.clone();
        let deep = if rank < a.shape.len() && kind == 4 { ", ..., ::-1" } else { "" };
        self.change(changed, |name| match kind {
            0 => format!("{name}[{mask}] = {value}"),
            1 => format!("{name}[{mask}] += {value}"),
            2 => format!("{name}[{mask}] = {name}[{mask}] * 2"),
            3 => format!("{name}[{mask}] = {from}[{mask}]"),
            _ => format!("{name}[{mask}{deep}] *= 2"),
        });
    }

    /// A reduction of `x[mask]`.
    pub fn reduce_selection(&mut self) {
        let Some(a) = self.pick_that(|v| !v.shape.is_empty()) else { return };
        let Some((mask, rank)) = self.mask(&a) else { return };
        // Over the selected elements alone: the dimensions after the mask stay.
        let shape = a.shape[rank..].to_vec();
        let count: usize = a.shape[..rank].iter().product();
        let axis = if shape.is_empty() && self.below(2) == 0 { "" } else { ", axis=0" };
        self.fold_selection(&a, format!("{}[{mask}]", a.name), axis, shape, count as f64);
    }

    fn fold_selection(&mut self, a: &Var, text: String, axis: &str, shape: Vec<usize>, n: f64) {
        let inexact = a.dtype.is_inexact();
        let roundings = if inexact { n + 1.0 } else { 0.0 };
        let made = match self.below(6) {
            0 if a.is_ordered() => a.exactly(format!("any({text}{axis})"), DType::Bool, shape, 1.0),
            1 if a.is_ordered() => {
                a.exactly(format!("count_nonzero({text}{axis})"), DType::I64, shape, n)
            }
            2 if a.is_float() => {
                Var { wild: true, ..a.becomes(format!("mean({text}{axis})"), shape) }
                    .rounded(a.dtype, a.bound, a.error, roundings)
            }
            _ => a.becomes(format!("sum({text}{axis})"), shape).rounded(
                Self::total(a.dtype),
                a.bound * n.max(1.0),
                a.error * n,
                roundings,
            ),
        };
        self.program.selects |= inexact;
        self.assign(made);
    }

    /// A vector whose size depends on data.
    pub fn select(&mut self) {
        let a = self.pick();
        let x = a.name.clone();
        match self.below(6) {
            0 if a.is_ordered() && !a.shape.is_empty() => {
                let d = self.below(a.shape.len());
                let made = a.exactly(format!("nonzero({x})[{d}]"), DType::I64, vec![], 20_000.0);
                self.assign_loose(made);
            }
            1 if a.is_ordered() && !a.wild => {
                self.assign_loose(a.becomes(format!("unique_values({x})"), vec![]));
            }
            2 if a.is_ordered() && !a.wild => {
                let text = format!("unique_counts({x})[1]");
                self.assign_loose(a.exactly(text, DType::I64, vec![], 20_000.0));
            }
            _ if !a.shape.is_empty() => {
                let Some((mask, rank)) = self.mask(&a) else { return };
                if rank < a.shape.len() {
                    return;
                }
                let suited = |v: &Var| v.shape == a.shape && v.dtype == a.dtype;
                let other = self.pick_that(suited).unwrap_or_else(|| a.clone());
                let roundings = if a.exact() && other.exact() { 0.0 } else { 1.0 };
                if self.below(2) == 0 {
                    self.assign_loose(a.becomes(format!("{x}[{mask}]"), vec![]));
                } else {
                    let text = format!("{x}[{mask}] + {}[{mask}]", other.name);
                    let made = Var { wild: a.wild || other.wild, ..a.becomes(text, vec![]) };
                    let (bound, error) = (a.bound + other.bound, a.error + other.error);
                    self.assign_loose(made.rounded(a.dtype, bound, error, roundings));
                }
            }
            _ => {}
        }
    }

    /// Something of a vector whose size depends on data.
    pub fn extend_selection(&mut self) {
        if self.loose.is_empty() {
            return self.select();
        }
        let at = self.below(self.loose.len());
        let w = self.loose[at].clone();
        let x = w.name.clone();
        let same = |text: String| w.becomes(text, vec![]);
        let roundings = if w.exact() { 0.0 } else { 1.0 };
        let inexact = w.dtype.is_inexact();
        let n = 20_000.0;
        let made = match self.below(12) {
            0 if !w.is_bool() => same(format!("{x} * 2 + 1")).rounded(
                w.dtype,
                2.0 * w.bound + 1.0,
                2.0 * w.error,
                roundings,
            ),
            1 => {
                same(format!("{x} + {x}")).rounded(w.dtype, 2.0 * w.bound, 2.0 * w.error, roundings)
            }
            2 if w.is_ordered() => same(format!("where({x} > 2, {x}, {x} * {x})")).rounded(
                w.dtype,
                w.bound + w.bound * w.bound,
                0.0,
                0.0,
            ),
            3 if w.is_real() => same(format!("sort({x})")),
            4 if w.is_ordered() => w.exactly(format!("argsort({x})"), DType::I64, vec![], n),
            5 if w.is_ordered() => same(format!("{x}[{x} > 1]")),
            6 => same(
                self.one_of(&["W[::-1]", "W[:3]", "W[1:]", "flip(W)", "concat([W, W])"])
                    .replace('W', &x),
            ),
            7 if w.is_ordered() => w.exactly(
                format!("searchsorted(sort({x}), {x}, side=\"right\")"),
                DType::I64,
                vec![],
                n,
            ),
            8 if w.is_ordered() && !w.wild => same(format!("unique_values({x})")),
            9 if !w.is_bool() => same(format!("cumulative_sum({x})")).rounded(
                Self::total(w.dtype),
                w.bound * n,
                w.error * n,
                if inexact { n } else { 0.0 },
            ),
            10 if !w.is_bool() => same(format!("{x}[1:] - {x}[:-1]")).rounded(
                w.dtype,
                2.0 * w.bound,
                2.0 * w.error,
                roundings,
            ),
            _ => return self.fold_selection(&w, x, "", vec![], n),
        };
        self.assign_loose(made);
    }
}

/// The shape that an index with arrays takes, by NumPy's rule: their common dimensions stand
/// where they are if all arrays (and integers) stand side by side, else in front.
fn taken(items: &[Item]) -> Option<Vec<usize>> {
    let mut common = vec![];
    let mut places = vec![];
    for (i, item) in items.iter().enumerate() {
        if let Item::Array(shape) = item {
            common = joint(&common, shape)?;
            places.push(i);
        }
    }
    let beside = places.windows(2).all(|w| w[1] == w[0] + 1);
    let mut out = vec![];
    for (i, item) in items.iter().enumerate() {
        match item {
            Item::Slice(n) => out.push(*n),
            Item::New => out.push(1),
            Item::Array(_) if beside && i == places[0] => out.extend(&common),
            Item::Array(_) => {}
        }
    }
    if !beside {
        common.extend(out);
        return Some(common);
    }
    Some(out)
}
