//! Boxes of row-major arrays as runs of bytes that lie together, and copies between boxes.

use arr_ir::shape::Shape;

/// A box of a dense row-major array, as runs of bytes in ascending order.
#[derive(Debug, PartialEq, Eq)]
pub struct Runs {
    /// Bytes of a run.
    pub run: usize,
    /// The first byte.
    pub first: u64,
    /// How many and how far apart, outermost first; the last are runs one after the other.
    pub dims: Vec<(usize, u64)>,
}

impl Runs {
    /// The runs of the box in an array of this shape, with elements of `item` bytes.
    pub fn new(array: &[usize], start: &[usize], shape: &[usize], item: usize) -> Runs {
        let mut runs = Runs { run: item, first: 0, dims: vec![] };
        if shape.contains(&0) {
            runs.run = 0;
            return runs;
        }
        let mut stride = item as u64;
        for axis in (0..array.len()).rev() {
            let n = shape[axis];
            runs.first += start[axis] as u64 * stride;
            if n > 1 {
                runs.add(n, stride);
            }
            stride *= array[axis] as u64;
        }
        runs.dims.reverse();
        runs
    }

    /// Adds a dimension outside of those there are (innermost first while building).
    fn add(&mut self, n: usize, stride: u64) {
        match self.dims.last_mut() {
            None if stride == self.run as u64 => self.run *= n,
            Some(last) if last.1 * last.0 as u64 == stride => last.0 *= n,
            _ => self.dims.push((n, stride)),
        }
    }

    /// The innermost dimension of runs: how many, how far apart.
    pub fn row(&self) -> (usize, u64) {
        self.dims.last().copied().unwrap_or((1, self.run as u64))
    }

    /// Calls `each` with the first byte of every innermost row of runs.
    pub fn rows<E>(&self, mut each: impl FnMut(u64) -> Result<(), E>) -> Result<(), E> {
        if self.run == 0 {
            return Ok(());
        }
        let outer = &self.dims[..self.dims.len().saturating_sub(1)];
        let mut index = vec![0; outer.len()];
        let mut at = self.first;
        loop {
            each(at)?;
            let mut axis = outer.len();
            loop {
                if axis == 0 {
                    return Ok(());
                }
                axis -= 1;
                index[axis] += 1;
                at += outer[axis].1;
                if index[axis] < outer[axis].0 {
                    break;
                }
                at -= outer[axis].1 * outer[axis].0 as u64;
                index[axis] = 0;
            }
        }
    }
}

/// Cuts a shape into boxes of at most `most` elements (at least one) that follow each other in
/// row-major order, and calls `each` with start and shape of every one.
pub fn in_order<E>(
    shape: &[usize],
    most: usize,
    mut each: impl FnMut(&[usize], &[usize]) -> Result<(), E>,
) -> Result<(), E> {
    if shape.contains(&0) {
        return Ok(());
    }
    // Axes behind `cut` are whole, those before it are walked one by one.
    let mut cut = shape.len();
    let mut inner = 1usize;
    while cut > 0 && inner.saturating_mul(shape[cut - 1]) <= most {
        cut -= 1;
        inner *= shape[cut];
    }
    let mut start: Shape = Shape::from_elem(0, shape.len());
    let mut size: Shape =
        shape.iter().enumerate().map(|(i, &n)| if i < cut { 1 } else { n }).collect();
    if cut == 0 {
        return each(&start, &size);
    }
    let axis = cut - 1;
    let step = (most / inner).max(1);
    loop {
        size[axis] = step.min(shape[axis] - start[axis]);
        each(&start, &size)?;
        start[axis] += size[axis];
        let mut up = axis;
        while start[up] == shape[up] {
            start[up] = 0;
            if up == 0 {
                return Ok(());
            }
            up -= 1;
            start[up] += 1;
        }
    }
}

/// Where a box lies: the array around it, which begins at `origin`.
pub struct Around<'a> {
    /// First index of the surrounding array.
    pub origin: &'a [usize],
    /// Its shape.
    pub shape: &'a [usize],
}

/// First index and shape of what two boxes have in common, if that is not empty.
pub fn common(a: &Around, b: &Around) -> Option<(Shape, Shape)> {
    let (mut start, mut size) = (Shape::new(), Shape::new());
    for axis in 0..a.shape.len() {
        let low = a.origin[axis].max(b.origin[axis]);
        let high = (a.origin[axis] + a.shape[axis]).min(b.origin[axis] + b.shape[axis]);
        if high <= low {
            return None;
        }
        start.push(low);
        size.push(high - low);
    }
    Some((start, size))
}

/// Writes one element over what a box and a dense array have in common.
pub fn fill(part: &Around, to: &Around, target: &mut [u8], element: &[u8]) {
    let Some((start, size)) = common(part, to) else { return };
    let within: Shape = start.iter().zip(to.origin).map(|(s, o)| s - o).collect();
    let runs = Runs::new(to.shape, &within, &size, element.len());
    let mut walk = Walk::new(&runs, runs.run);
    loop {
        let run = &mut target[walk.at as usize..walk.at as usize + runs.run];
        run.chunks_exact_mut(element.len()).for_each(|to| to.copy_from_slice(element));
        if !walk.step() {
            return;
        }
    }
}

/// Calls `each` with the index of every chunk that a box has a part of.
pub fn chunks<E>(
    start: &[usize],
    shape: &[usize],
    chunk: &[usize],
    mut each: impl FnMut(&[usize]) -> Result<(), E>,
) -> Result<(), E> {
    if shape.contains(&0) {
        return Ok(());
    }
    let low: Shape = start.iter().zip(chunk).map(|(s, c)| s / c).collect();
    let high: Shape = (0..shape.len()).map(|a| (start[a] + shape[a] - 1) / chunk[a]).collect();
    let mut index = low.clone();
    loop {
        each(&index)?;
        let mut axis = index.len();
        loop {
            if axis == 0 {
                return Ok(());
            }
            axis -= 1;
            if index[axis] < high[axis] {
                index[axis] += 1;
                break;
            }
            index[axis] = low[axis];
        }
    }
}

/// Copies what both arrays have in common, a box in the coordinates of both, from one dense array
/// to the other; `item` is the size of an element.
pub fn copy(from: &Around, source: &[u8], to: &Around, target: &mut [u8], item: usize) {
    let Some((start, size)) = common(from, to) else { return };
    let within = |a: &Around| -> Shape { start.iter().zip(a.origin).map(|(s, o)| s - o).collect() };
    // Walk both by the same runs: those of the one whose runs are shorter.
    let read = Runs::new(from.shape, &within(from), &size, item);
    let write = Runs::new(to.shape, &within(to), &size, item);
    let run = read.run.min(write.run);
    let (mut a, mut b) = (Walk::new(&read, run), Walk::new(&write, run));
    loop {
        let (x, y) = (a.at as usize, b.at as usize);
        target[y..y + run].copy_from_slice(&source[x..x + run]);
        let more = a.step();
        b.step();
        if !more {
            return;
        }
    }
}

/// The positions of pieces of `run` bytes, which divides the runs.
struct Walk {
    dims: Vec<(usize, u64)>,
    index: Vec<usize>,
    at: u64,
}

impl Walk {
    fn new(runs: &Runs, run: usize) -> Walk {
        let mut dims = runs.dims.clone();
        if runs.run > run {
            dims.push((runs.run / run, run as u64));
        }
        Walk { index: vec![0; dims.len()], dims, at: runs.first }
    }

    fn step(&mut self) -> bool {
        for axis in (0..self.dims.len()).rev() {
            let (n, stride) = self.dims[axis];
            self.index[axis] += 1;
            self.at += stride;
            if self.index[axis] < n {
                return true;
            }
            self.at -= stride * n as u64;
            self.index[axis] = 0;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_become_the_longest_runs() {
        let runs = Runs::new(&[4, 5, 6], &[1, 0, 0], &[2, 5, 6], 8);
        assert_eq!(runs, Runs { run: 480, first: 240, dims: vec![] });
        let runs = Runs::new(&[4, 5, 6], &[1, 2, 3], &[2, 2, 3], 8);
        assert_eq!(runs, Runs { run: 24, first: 360, dims: vec![(2, 240), (2, 48)] });
        let runs = Runs::new(&[4, 5, 6], &[0, 0, 3], &[4, 5, 1], 8);
        assert_eq!(runs, Runs { run: 8, first: 24, dims: vec![(20, 48)] });
        assert_eq!(Runs::new(&[], &[], &[], 8), Runs { run: 8, first: 0, dims: vec![] });
        assert_eq!(Runs::new(&[3, 0], &[0, 0], &[3, 0], 8).run, 0);
    }

    #[test]
    fn rows_are_all_visited_in_order() {
        let runs = Runs::new(&[3, 4, 5, 6], &[1, 1, 1, 1], &[2, 2, 2, 2], 1);
        let mut seen = vec![];
        runs.rows::<()>(|at| {
            seen.push(at);
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, [157, 187, 277, 307]);
        assert_eq!(runs.row(), (2, 6));
    }

    #[test]
    fn boxes_in_order_cover_every_element_once_and_in_order() {
        for shape in [&[][..], &[7], &[3, 4], &[2, 3, 5], &[4, 1, 3], &[0, 2], &[3, 0]] {
            for most in 1..40 {
                let mut seen = vec![];
                in_order::<()>(shape, most, |start, size| {
                    let runs = Runs::new(shape, start, size, 1);
                    assert!(runs.dims.is_empty(), "one run");
                    assert!(runs.run <= most);
                    seen.extend(runs.first..runs.first + runs.run as u64);
                    Ok(())
                })
                .unwrap();
                let all = arr_ir::shape::count(shape) as u64;
                assert_eq!(seen, (0..all).collect::<Vec<_>>(), "{shape:?} {most}");
            }
        }
    }

    #[test]
    fn copies_are_the_common_box() {
        let value = |i: usize, j: usize, k: usize| (i * 36 + j * 6 + k) as u8;
        let (origin, shape) = ([1, 2, 0], [3, 3, 6]);
        let mut source = vec![];
        for i in 1..4 {
            for j in 2..5 {
                source.extend((0..6).map(|k| value(i, j, k)));
            }
        }
        for low in 0..3 {
            for size in [[1, 1, 1], [2, 2, 2], [2, 4, 6], [3, 3, 6]] {
                let to = [low, low, 0];
                let mut target = vec![255u8; size.iter().product()];
                copy(
                    &Around { origin: &origin, shape: &shape },
                    &source,
                    &Around { origin: &to, shape: &size },
                    &mut target,
                    1,
                );
                let mut at = 0;
                for i in low..low + size[0] {
                    for j in low..low + size[1] {
                        for k in 0..size[2] {
                            let inside = (1..4).contains(&i) && (2..5).contains(&j);
                            assert_eq!(target[at], if inside { value(i, j, k) } else { 255 });
                            at += 1;
                        }
                    }
                }
            }
        }
    }
}
