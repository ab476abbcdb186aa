//! A seeded generator of random well-typed graphs with inputs.

use arr_ir::dtype::{DType, Scalar};
use arr_ir::graph::{Builder, Graph, NodeId, Op};
use arr_ir::op::{Dist, FoldOp, MapOp};
use arr_ir::oracle::DenseArray;
use arr_ir::routine::{Bits, Movement, Order, Routine};
use arr_ir::shape::{DimMap, IndexMap, Shape, Term, count};

/// A graph and what it reads.
pub struct Case {
    /// The graph.
    pub graph: Graph,
    /// Its inputs.
    pub inputs: Vec<DenseArray>,
    /// Its scalars.
    pub slots: Vec<Scalar>,
}

struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let x = self.0 ^ (self.0 >> 29);
        x.wrapping_mul(0xBF58476D1CE4E5B9) >> 16
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

struct Gen {
    rng: Rng,
    b: Builder,
    nodes: Vec<NodeId>,
    inputs: Vec<DenseArray>,
    slots: Vec<Scalar>,
}

/// Whether two arrays have the same bits, all NaNs being equal.
pub fn same(a: &DenseArray, b: &DenseArray) -> bool {
    a.dtype == b.dtype
        && a.shape == b.shape
        && a.elements().zip(b.elements()).all(|(x, y)| {
            x == y || (x.dtype.is_inexact() && x.as_f64().is_nan() && y.as_f64().is_nan())
        })
}

/// The graph of a seed.
pub fn random(seed: u64) -> Case {
    let mut g = Gen {
        rng: Rng(seed.wrapping_mul(0x9E3779B97F4A7C15) + 12345),
        b: Builder::default(),
        nodes: vec![],
        inputs: vec![],
        slots: vec![],
    };
    for _ in 0..1 + g.rng.below(3) {
        g.input();
    }
    for _ in 0..2 + g.rng.below(14) {
        g.grow();
    }
    let mut roots = vec![*g.nodes.last().unwrap()];
    for _ in 0..g.rng.below(3) {
        let at = g.rng.below(g.nodes.len());
        roots.push(g.nodes[at]);
    }
    Case { graph: g.b.finish(roots), inputs: g.inputs, slots: g.slots }
}

impl Gen {
    fn input(&mut self) {
        let rank = self.rng.below(4);
        let large = self.rng.below(12) == 0;
        let shape: Shape = (0..rank)
            .map(|_| match (large && rank <= 2, self.rng.below(12)) {
                (true, _) => 1 + self.rng.below(60) * self.rng.below(60),
                (_, 0) => 0,
                (_, k) => k % 7 + 1,
            })
            .collect();
        let shape = if count(&shape) > 5000 { Shape::from_slice(&[1500]) } else { shape };
        let dtype = [DType::F64, DType::F64, DType::F32, DType::I64, DType::I32, DType::U8]
            [self.rng.below(6)];
        let n = count(&shape);
        let data: Vec<Scalar> = (0..n).map(|_| self.scalar(dtype)).collect();
        let slot = self.inputs.len() as u32;
        self.inputs.push(DenseArray::new(dtype, shape.clone(), data));
        let id = self.b.node(Op::Input(slot), Default::default(), dtype, shape);
        self.nodes.push(id);
    }

    fn scalar(&mut self, dtype: DType) -> Scalar {
        let v = match self.rng.below(20) {
            0 => f64::NAN,
            1 => f64::INFINITY,
            2 => -0.0,
            3 => f64::NEG_INFINITY,
            _ => (self.rng.below(2001) as f64 - 1000.0) / 64.0,
        };
        Scalar::from_f64(v, dtype)
    }

    fn pick(&mut self) -> NodeId {
        let n = self.nodes.len();
        let near = self.rng.below(2) == 0;
        self.nodes[if near { n - 1 - self.rng.below(n.min(3)) } else { self.rng.below(n) }]
    }

    fn push(&mut self, op: Op, args: &[NodeId], dtype: DType, shape: Shape) -> NodeId {
        let id = self.b.node(op, args.into(), dtype, shape);
        self.nodes.push(id);
        id
    }

    fn parts(&self, id: NodeId) -> (DType, Shape) {
        (self.b.graph()[id].dtype, self.b.graph()[id].shape.clone())
    }

    fn cast(&mut self, id: NodeId, to: DType) -> NodeId {
        let (dtype, shape) = self.parts(id);
        if dtype == to { id } else { self.push(Op::Map(MapOp::Cast), &[id], to, shape) }
    }

    fn grow(&mut self) {
        match self.rng.below(17) {
            0..=3 => self.binary(),
            4 => self.unary(),
            5 | 6 => self.view(),
            15 | 16 => self.windows(),
            7 => self.reduce(),
            8 => self.update(),
            9 => self.concat(),
            10 => self.reshape(),
            11 => self.scan(),
            12 | 13 => self.routine(),
            _ => self.source(),
        }
    }

    /// A routine over blocks of what is there.
    fn routine(&mut self) {
        let x = self.pick();
        let (dtype, shape) = self.parts(x);
        let Some((&n, batch)) = shape.split_last() else { return };
        let descending = self.rng.below(2) == 0;
        let first = (self.rng.below(2) == 0).then(|| self.rng.below(n + 1));
        match self.rng.below(6) {
            5 => {
                let mask = self.cast(x, DType::Bool);
                let little = descending;
                let packed = self.extern_node(Bits::Pack { little }.into(), &[mask]);
                self.extern_node(Bits::Unpack { little }.into(), &[packed]);
            }
            4 => {
                // Parted by some of its own elements.
                let m = first.unwrap_or(n);
                let mut shape = Shape::from(batch);
                shape.push(m);
                let map = IndexMap::broadcast(&[m], &shape);
                let ranks = self.push(Op::Iota, &[], DType::I64, [m].as_slice().into());
                let ranks = self.push(Op::View(map), &[ranks], DType::I64, shape);
                let pivots = self.extern_node(Order::Select.into(), &[x, ranks]);
                self.extern_node(Order::Part { positions: descending }.into(), &[x, pivots]);
            }
            0 => drop(self.extern_node(Order::Sort { descending, first }.into(), &[x])),
            1 => drop(self.extern_node(Order::Argsort { descending, first }.into(), &[x])),
            2 => {
                let sorted =
                    self.extern_node(Order::Sort { descending: false, first: None }.into(), &[x]);
                let right = descending;
                self.extern_node(Order::Search { right }.into(), &[sorted, x]);
            }
            _ => {
                // Rows of a matrix, the last one first, by positions that are numbers of a sort.
                let key = self.extern_node(Order::Argsort { descending, first: None }.into(), &[x]);
                let mut flat = Shape::from(batch);
                flat.extend([1, n, 1]);
                let base = self.push(Op::Reshape, &[x], dtype, flat);
                let rows = self.extern_node(Movement::Gather { axes: 1 }.into(), &[base, key]);
                self.extern_node(
                    Movement::Scatter { axes: 1, fold: None }.into(),
                    &[base, key, rows],
                );
            }
        }
    }

    fn extern_node(&mut self, routine: Routine, args: &[NodeId]) -> NodeId {
        let types: Vec<(DType, Shape)> = args.iter().map(|&a| self.parts(a)).collect();
        let types: Vec<_> = types.iter().map(|(d, s)| (*d, s.as_slice())).collect();
        let (dtype, shape) = routine.result(&types).expect("well typed");
        self.push(Op::Extern(routine), args, dtype, shape)
    }

    fn source(&mut self) {
        if self.rng.below(2) == 0 {
            let n = self.rng.below(20);
            self.push(Op::Iota, &[], DType::I64, Shape::from_slice(&[n]));
            return;
        }
        self.slots.push(Scalar { dtype: DType::U64, bits: self.rng.next() as u128 });
        let slot = Op::Slot(self.slots.len() as u32 - 1);
        let seed = self.b.node(slot, Default::default(), DType::U64, Shape::new());
        let shape = Shape::from_slice(&[1 + self.rng.below(5), 1 + self.rng.below(9)]);
        self.push(Op::Random(Dist::Uniform), &[seed], DType::F64, shape);
    }

    fn unary(&mut self) {
        let a = self.pick();
        let (dtype, shape) = self.parts(a);
        let ops = [MapOp::Abs, MapOp::Floor, MapOp::IsNan, MapOp::Not, MapOp::Sqrt, MapOp::Exp];
        let op = ops[self.rng.below(ops.len())];
        let (compute, out) = op.dtypes(&[dtype]).unwrap();
        let a = self.cast(a, compute);
        self.push(Op::Map(op), &[a], out, shape);
    }

    fn binary(&mut self) {
        let (a, b) = (self.pick(), self.pick());
        let ((da, sa), (db, sb)) = (self.parts(a), self.parts(b));
        let ops = [
            MapOp::Add,
            MapOp::Mul,
            MapOp::Min,
            MapOp::Max,
            MapOp::Lt,
            MapOp::Eq,
            MapOp::Div,
            MapOp::Sub,
            MapOp::FloorDiv,
            MapOp::Mod,
        ];
        let op = ops[self.rng.below(ops.len())];
        let Ok((compute, out)) = op.dtypes(&[da, db]) else { return };
        let dims = |s: &Shape| arr_ir::shape::dims_of(s);
        let (b, shape) = match arr_ir::shape::broadcast(&dims(&sa), &dims(&sb)) {
            Ok(joint) => (b, arr_ir::shape::known_shape(&joint).unwrap()),
            Err(_) => (a, sa.clone()),
        };
        if count(&shape) > 20_000 {
            return;
        }
        let args = [a, b].map(|x| {
            let x = self.cast(x, compute);
            let (dtype, from) = self.parts(x);
            if from == shape || from.is_empty() {
                return x;
            }
            let map = IndexMap::broadcast(&from, &shape);
            self.push(Op::View(map), &[x], dtype, shape.clone())
        });
        if !shape.is_empty() && args.iter().all(|&a| self.parts(a).1.is_empty()) {
            return;
        }
        self.push(Op::Map(op), &args, out, shape);
    }

    fn view(&mut self) {
        let a = self.pick();
        let (dtype, shape) = self.parts(a);
        let rank = shape.len();
        let mut order: Vec<usize> = (0..rank).collect();
        for i in 0..rank {
            let j = self.rng.below(rank);
            order.swap(i, j);
        }
        let mut out = Shape::from_elem(0, rank);
        let mut maps: Vec<DimMap> = vec![];
        for d in 0..rank {
            let n = shape[d] as i64;
            let (offset, step, size) = match (n, self.rng.below(4)) {
                (0, _) | (_, 0) => (0, 1, n),
                (_, 1) => (n - 1, -1, n),
                (_, 2) => (0, 2, (n + 1) / 2),
                _ => {
                    let start = self.rng.below(n as usize) as i64;
                    (start, 1, n - start)
                }
            };
            out[order[d]] = size as usize;
            maps.push(DimMap::slice(offset, step, order[d]));
        }
        if rank > 0 && shape[0] > 0 && self.rng.below(5) == 0 {
            // An index instead of the first axis.
            let gone = order[0];
            out.remove(gone);
            for m in &mut maps {
                let terms = m.terms().iter();
                let moved =
                    terms.map(|t| Term { dim: t.dim - (t.dim as usize > gone) as u8, ..*t });
                *m = DimMap::sum(m.offset, moved);
            }
            maps[0] = DimMap::at(shape[0] as i64 - 1);
        }
        self.push(Op::View(IndexMap(maps.into_iter().collect())), &[a], dtype, out);
    }

    /// Windows over some axes: their places in front, anywhere among the places inside them.
    fn windows(&mut self) {
        let a = self.pick();
        let (dtype, shape) = self.parts(a);
        let mut out = shape.clone();
        let mut maps: Vec<DimMap> = (0..shape.len()).map(DimMap::along).collect();
        for axis in 0..shape.len() {
            if shape[axis] == 0 || self.rng.below(3) == 0 || out.len() > 5 {
                continue;
            }
            // Every `step`-th place of a window whose elements are `apart`.
            let (step, apart) = (1 + self.rng.below(2), 1 + self.rng.below(2));
            let size = 1 + self.rng.below(shape[axis].min(6));
            let size = size.min((shape[axis] - 1) / apart + 1);
            let reach = (size - 1) * apart;
            out[axis] = (shape[axis] - reach - 1) / step + 1;
            out.push(size);
            let inside = (apart as i64, out.len() - 1);
            let (offset, apart) = match self.rng.below(4) {
                0 => (reach as i64, -inside.0),
                _ => (0, inside.0),
            };
            let terms = [
                Term { step: step as i64, dim: axis as u8 },
                Term { step: apart, dim: inside.1 as u8 },
            ];
            maps[axis] = DimMap::sum(offset, terms);
        }
        if count(&out) > 20_000 {
            return;
        }
        // The axes in another order, as permuting them would give.
        let rank = out.len();
        let shift = self.rng.below(rank);
        let place = |d: usize| (d + shift) % rank.max(1);
        let mut moved = out.clone();
        for (d, &n) in out.iter().enumerate() {
            moved[place(d)] = n;
        }
        let maps = maps.into_iter().map(|m| {
            let terms = m.terms().iter();
            DimMap::sum(m.offset, terms.map(|t| Term { dim: place(t.dim as usize) as u8, ..*t }))
        });
        self.push(Op::View(IndexMap(maps.collect())), &[a], dtype, moved);
    }

    fn reduce(&mut self) {
        let a = self.pick();
        let (dtype, shape) = self.parts(a);
        let op = FoldOp::ALL[self.rng.below(6)];
        let axes = self.rng.next() as u32 & ((1 << shape.len()) - 1);
        let gone: usize =
            (0..shape.len()).filter(|a| axes & (1 << a) != 0).map(|a| shape[a]).product();
        if !op.has_identity() && gone == 0 {
            return;
        }
        let kept = (0..shape.len()).filter(|a| axes & (1 << a) == 0).map(|a| shape[a]).collect();
        self.push(Op::Reduce { op, axes }, &[a], op.dtype(dtype), kept);
    }

    fn update(&mut self) {
        let base = self.pick();
        let (dtype, shape) = self.parts(base);
        let (mut start, mut step, mut region) = (vec![], vec![], Shape::new());
        for &n in &shape {
            if n == 0 {
                return;
            }
            let s = self.rng.below(n);
            let k = 1 + self.rng.below(2);
            region.push((n - s).div_ceil(k).min(1 + self.rng.below(n)));
            let last = s + k * (region.last().unwrap() - 1);
            let back = self.rng.below(4) == 0;
            start.push(if back { last as i64 } else { s as i64 });
            step.push(if back { -(k as i64) } else { k as i64 });
        }
        let scalar = Op::Const(self.scalar(dtype));
        let scalar = self.b.node(scalar, Default::default(), dtype, Shape::new());
        let map = IndexMap::broadcast(&[], &region);
        let mut value = self.push(Op::View(map), &[scalar], dtype, region.clone());
        if self.rng.below(2) == 0 {
            let same = Op::View(IndexMap::identity(shape.len()));
            let part = self.push(same, &[base], dtype, region.clone());
            if dtype != DType::Bool {
                value = self.push(Op::Map(MapOp::Add), &[part, value], dtype, region);
            }
        }
        let op = Op::Update { start: start.into(), step: step.into() };
        self.push(op, &[base, value], dtype, shape);
    }

    fn concat(&mut self) {
        let a = self.pick();
        let (dtype, shape) = self.parts(a);
        if shape.is_empty() || count(&shape) > 5000 {
            return;
        }
        let axis = self.rng.below(shape.len());
        let flip = (0..shape.len()).map(|d| match shape[d] {
            0 => DimMap::along(d),
            n => DimMap::slice(n as i64 - 1, -1, d),
        });
        let b = self.push(Op::View(IndexMap(flip.collect())), &[a], dtype, shape.clone());
        let mut out = shape;
        out[axis] *= 3;
        self.push(Op::Concat(axis as u8), &[a, b, a], dtype, out);
    }

    fn reshape(&mut self) {
        let a = self.pick();
        let (dtype, shape) = self.parts(a);
        let n = count(&shape);
        let out = match self.rng.below(3) {
            0 => Shape::from_slice(&[n]),
            1 => Shape::from_slice(&[1, n]),
            _ => {
                let k = (2..6).find(|k| n.is_multiple_of(*k)).unwrap_or(1);
                Shape::from_slice(&[k, n / k])
            }
        };
        self.push(Op::Reshape, &[a], dtype, out);
    }

    fn scan(&mut self) {
        let a = self.pick();
        let (dtype, shape) = self.parts(a);
        if shape.is_empty() {
            return;
        }
        let op = [FoldOp::Sum, FoldOp::Prod, FoldOp::Min, FoldOp::Max][self.rng.below(4)];
        let to = op.dtype(dtype);
        let a = self.cast(a, to);
        let axis = self.rng.below(shape.len()) as u8;
        self.push(Op::Scan { op, axis }, &[a], to, shape);
    }
}
