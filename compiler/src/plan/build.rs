//! From graph and stored nodes to values and steps: kernels and index maps composed.

use super::demand::{FoldOrder, fusable, generated};
use arr_ir::dtype::DType;
use arr_ir::eval;
use arr_ir::graph::{Graph, NodeId, Op, Origin};
use arr_ir::kernel::{Code, InstId, KernelBuilder, Source};
use arr_ir::op::{FoldOp, MapOp};
use arr_ir::plan::{
    Access, Blockwise, Output, PLAN_VERSION, ParamRef, Plan, Step, StepKind, Storage, TaskOrder,
    Value, ValueId, units,
};
use arr_ir::shape::{DimMap, IndexMap, Shape, count, row_major};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::sync::Arc;

/// Builds the steps; chunk shapes and stages are still to be chosen.
pub fn build(graph: &Graph, stored: &[bool]) -> Plan {
    let mut b = Build {
        graph,
        stored,
        values: FxHashMap::default(),
        onto: chains(graph),
        targets: FxHashMap::default(),
        plan: Plan {
            version: PLAN_VERSION,
            values: vec![],
            slots: slots(graph),
            steps: vec![],
            stages: vec![],
            results: vec![],
        },
    };
    for i in 0..graph.nodes.len() {
        b.node(NodeId(i as u32));
    }
    b.plan.results = graph.roots.iter().map(|r| b.values[r]).collect();
    b.plan
}

fn slots(graph: &Graph) -> Vec<Option<DType>> {
    let mut slots = vec![];
    for n in &graph.nodes {
        if let Op::Slot(i) = n.op {
            if slots.len() <= i as usize {
                slots.resize(i as usize + 1, None);
            }
            slots[i as usize] = Some(n.dtype);
        }
    }
    slots
}

/// Updates that only another update reads, as its base, write straight into that one's value:
/// each such node and the update that follows it.
fn chains(graph: &Graph) -> FxHashMap<NodeId, NodeId> {
    let mut uses = vec![0u32; graph.nodes.len()];
    let readers = graph.nodes.iter().flat_map(|n| &n.args);
    for a in readers.chain(&graph.roots) {
        uses[a.0 as usize] += 1;
    }
    let is_update = |id: NodeId| matches!(graph[id].op, Op::Update { .. });
    let ids = (0..graph.nodes.len() as u32).map(NodeId).filter(|&id| is_update(id));
    ids.map(|id| (graph[id].args[0], id))
        .filter(|&(base, _)| is_update(base) && uses[base.0 as usize] == 1)
        .collect()
}

pub(super) struct Build<'a> {
    pub(super) graph: &'a Graph,
    stored: &'a [bool],
    values: FxHashMap<NodeId, ValueId>,
    /// What [`chains`] found.
    onto: FxHashMap<NodeId, NodeId>,
    /// The value of the last update of a chain, once its first has been built.
    targets: FxHashMap<NodeId, ValueId>,
    pub(super) plan: Plan,
}

/// A kernel under construction: its domain's readings so far.
#[derive(Default)]
pub(super) struct Fuse {
    pub(super) kernel: KernelBuilder,
    pub(super) operands: Vec<Access>,
    params: Vec<ParamRef>,
    known_params: FxHashMap<ParamRef, u16>,
    known: FxHashMap<(NodeId, IndexMap), InstId>,
    known_operands: FxHashMap<(ValueId, IndexMap), InstId>,
}

impl Build<'_> {
    fn value(&mut self, dtype: DType, shape: Shape, storage: Storage) -> ValueId {
        self.plan.values.push(Value { dtype, shape, storage });
        ValueId((self.plan.values.len() - 1) as u32)
    }

    fn step(&mut self, kind: StepKind) {
        let (chunk, order, origin) = (Shape::new(), TaskOrder::default(), Origin::default());
        self.plan.steps.push(Step { kind, chunk, order, origin });
    }

    fn node(&mut self, id: NodeId) {
        let node = &self.graph[id];
        let (dtype, shape) = (node.dtype, node.shape.clone());
        if let Op::Input(i) = node.op {
            let v = self.value(dtype, shape, Storage::Input(i));
            self.values.insert(id, v);
            return;
        }
        if !self.stored[id.0 as usize] {
            return;
        }
        let value = match &node.op {
            Op::Reshape | Op::View(_) if self.same_elements(id) => {
                let of = self.values[&node.args[0]];
                self.value(dtype, shape, Storage::Alias(of))
            }
            Op::Reduce { op, axes } => self.reduce(id, *op, *axes),
            Op::Update { start, step } => {
                let mut last = id;
                while let Some(&next) = self.onto.get(&last) {
                    last = next;
                }
                let known = self.targets.get(&last).copied();
                let out = known.unwrap_or_else(|| self.value(dtype, shape, Storage::Written));
                self.targets.insert(last, out);
                self.update(id, out, start, step, known.is_none());
                out
            }
            _ => {
                let out = self.value(dtype, shape, Storage::Written);
                self.write(id, out);
                out
            }
        };
        self.values.insert(id, value);
    }

    /// Whether a stored node has all elements of its argument, stored too, in their order.
    fn same_elements(&self, id: NodeId) -> bool {
        match &self.graph[id].op {
            Op::Reshape => !fusable(self.graph, id),
            Op::View(map) => {
                self.values.contains_key(&self.graph[id].args[0]) && self.in_order(id, map)
            }
            _ => false,
        }
    }

    /// Whether a view has all elements of its argument in their order, under another shape.
    fn in_order(&self, id: NodeId, map: &IndexMap) -> bool {
        let (to, from) = (&self.graph[id].shape, &self.graph[self.graph[id].args[0]].shape);
        let (offset, strides) = map.linear(&row_major(from), to.len());
        let same = |((&n, &stride), &step): ((&usize, &isize), &isize)| n == 1 || stride == step;
        count(to) == count(from)
            && offset == 0
            && to.iter().zip(&strides).zip(&row_major(to)).all(same)
    }

    fn write(&mut self, id: NodeId, out: ValueId) {
        let node = &self.graph[id];
        match &node.op {
            Op::Concat(_) => self.pieces(id, out, SmallVec::from_elem(0, node.shape.len())),
            Op::Scan { op, axis } => {
                let (input, map) = self.behind_views(node.args[0]);
                self.step(StepKind::Scan { op: *op, axis: *axis, input, map, out });
            }
            Op::Extern(routine) => {
                let operands = node.args.iter().map(|a| self.values[a]).collect();
                self.step(StepKind::Extern { routine: *routine, operands, out });
            }
            Op::Contract => {
                let (lhs, lhs_map) = self.behind_views(node.args[0]);
                let (rhs, rhs_map) = self.behind_views(node.args[1]);
                let inner = *self.graph[node.args[0]].shape.last().expect("rank 2");
                if inner == 0 {
                    self.fill(out, eval::empty_fold(FoldOp::Sum, node.dtype));
                } else {
                    self.step(StepKind::Contract { lhs, lhs_map, rhs, rhs_map, inner, out });
                }
            }
            _ => {
                let rank = node.shape.len();
                let start = SmallVec::from_elem(0, rank);
                self.store(id, IndexMap::identity(rank), node.shape.clone(), out, start, None);
            }
        }
    }

    /// Stores the arguments of a concatenation one after the other, those of concatenations among
    /// them that are not stored (see [`demand::stored`](super::demand::stored)) where they belong.
    fn pieces(&mut self, id: NodeId, out: ValueId, mut start: SmallVec<[i64; 4]>) {
        let Op::Concat(axis) = self.graph[id].op else { unreachable!("a concatenation") };
        for &arg in &self.graph[id].args {
            let shape = self.graph[arg].shape.clone();
            let (axis, rank) = (axis as usize, shape.len());
            let size = shape[axis] as i64;
            match self.graph[arg].op {
                Op::Concat(_) if !self.values.contains_key(&arg) => {
                    self.pieces(arg, out, start.clone());
                }
                _ => self.store(arg, IndexMap::identity(rank), shape, out, start.clone(), None),
            }
            start[axis] += size;
        }
    }

    /// The value behind a chain of views, and the map from the chain's end.
    fn behind_views(&self, mut id: NodeId) -> (ValueId, IndexMap) {
        let mut map = IndexMap::identity(self.graph[id].shape.len());
        while let (Op::View(view), None) = (&self.graph[id].op, self.values.get(&id)) {
            map = map.then(view);
            id = self.graph[id].args[0];
        }
        (self.values[&id], map)
    }

    /// A step that computes `id` through `map` over `domain` and stores it from `start` on.
    fn store(
        &mut self,
        id: NodeId,
        map: IndexMap,
        domain: Shape,
        out: ValueId,
        start: SmallVec<[i64; 4]>,
        step: Option<SmallVec<[i64; 4]>>,
    ) {
        if count(&domain) == 0 {
            return;
        }
        let step = step.unwrap_or_else(|| SmallVec::from_elem(1, domain.len()));
        let mut fuse = Fuse::default();
        let result = self.emit(&mut fuse, id, &map);
        let output = Output::Store { value: out, start, step };
        self.finish(fuse, result, domain, output);
    }

    fn finish(&mut self, fuse: Fuse, result: InstId, domain: Shape, output: Output) {
        let Fuse { kernel, mut operands, params, .. } = fuse;
        let kernel = Arc::new(kernel.finish(result));
        for access in &mut operands {
            if let Access::Linear { strides, .. } = access {
                strides.resize(domain.len(), 0);
            }
        }
        self.step(StepKind::Blockwise(Blockwise { kernel, domain, operands, params, output }));
    }

    /// The value of a node at `map(domain index)`: a load when it is stored.
    pub(super) fn emit(&self, fuse: &mut Fuse, id: NodeId, map: &IndexMap) -> InstId {
        let Some(&value) = self.values.get(&id) else { return self.expand(fuse, id, map) };
        let key = (value, map.clone());
        if let Some(&inst) = fuse.known_operands.get(&key) {
            return inst;
        }
        let dtype = self.graph[id].dtype;
        let operand = fuse.kernel.operand(dtype, Source::Memory);
        fuse.operands.push(Access::Memory { value, map: map.clone() });
        let inst = fuse.kernel.inst(Code::Load(operand), &[], dtype);
        fuse.known_operands.insert(key, inst);
        inst
    }

    /// The computation of a node at `map(domain index)`.
    fn expand(&self, fuse: &mut Fuse, id: NodeId, map: &IndexMap) -> InstId {
        let key = (id, map.clone());
        if let Some(&inst) = fuse.known.get(&key) {
            return inst;
        }
        let node = &self.graph[id];
        let inst = match &node.op {
            Op::Const(s) => fuse.kernel.inst(Code::Const(*s), &[], node.dtype),
            Op::Slot(i) => {
                let p = fuse.param(ParamRef::Slot(*i), node.dtype);
                fuse.kernel.inst(Code::Param(p), &[], node.dtype)
            }
            Op::View(view) => self.emit(fuse, node.args[0], &map.then(view)),
            Op::Map(op) => {
                let args: SmallVec<[InstId; 3]> = node
                    .args
                    .iter()
                    .map(|&a| match self.graph[a].shape.is_empty() {
                        true => self.emit(fuse, a, &IndexMap::identity(0)),
                        false => self.emit(fuse, a, map),
                    })
                    .collect();
                fuse.kernel.inst(Code::Map(*op), &args, node.dtype)
            }
            Op::Iota | Op::Random(_) => self.generate(fuse, id, map, &node.shape),
            Op::Reshape if generated(self.graph, node.args[0]) => {
                self.generate(fuse, node.args[0], map, &node.shape)
            }
            op => unreachable!("{op:?} is stored"),
        };
        fuse.known.insert(key, inst);
        inst
    }

    /// Elements that are a function of their row-major number in `shape`.
    fn generate(&self, fuse: &mut Fuse, id: NodeId, map: &IndexMap, shape: &[usize]) -> InstId {
        let node = &self.graph[id];
        let source = match &node.op {
            Op::Random(dist) => {
                let args = node.args.iter().map(|&a| {
                    let param = match self.graph[a].op {
                        Op::Slot(i) => ParamRef::Slot(i),
                        Op::Const(s) => ParamRef::Const(s),
                        ref op => unreachable!("{op:?} as a distribution's argument"),
                    };
                    fuse.param(param, self.graph[a].dtype)
                });
                Source::Random(*dist, args.collect())
            }
            _ => Source::Iota,
        };
        let (offset, strides) = map.linear(&row_major(shape), map.reader_rank());
        let operand = fuse.kernel.operand(node.dtype, source);
        let strides = strides.iter().map(|&s| s as i64).collect();
        fuse.operands.push(Access::Linear { offset: offset as i64, strides });
        fuse.kernel.inst(Code::Load(operand), &[], node.dtype)
    }

    fn reduce(&mut self, id: NodeId, op: FoldOp, axes: u32) -> ValueId {
        let node = &self.graph[id];
        let (dtype, shape, arg) = (node.dtype, node.shape.clone(), node.args[0]);
        let from = &self.graph[arg].shape;
        let order = FoldOrder::new(from.len(), axes);
        let domain: Shape = order.axes.iter().map(|&a| from[a]).collect();
        let elements = count(&domain[order.outer..order.outer + order.reduced]);
        if count(&domain) == 0 || elements == 0 {
            let out = self.value(dtype, shape, Storage::Written);
            self.fill(out, eval::empty_fold(op, dtype));
            return out;
        }
        if let Some((fuse, result)) = self.unrolled(arg, op, dtype, &order, &domain) {
            let out = self.value(dtype, shape.clone(), Storage::Written);
            let rank = shape.len();
            let (start, step) = (SmallVec::from_elem(0, rank), SmallVec::from_elem(1, rank));
            self.finish(fuse, result, shape, Output::Store { value: out, start, step });
            return out;
        }
        let mut parts_shape: Shape = domain[..order.outer].into();
        parts_shape.push(units(elements, order.rows));
        parts_shape.extend_from_slice(&domain[order.outer + order.reduced..]);
        let whole = parts_shape[order.outer] == 1;
        let parts = self.value(dtype, parts_shape, Storage::Written);
        let mut fuse = Fuse::default();
        let mut result = self.emit(&mut fuse, arg, &order.map());
        if self.graph[arg].dtype != dtype {
            result = fuse.kernel.inst(Code::Map(MapOp::Cast), &[result], dtype);
        }
        let output = match order.rows {
            true => Output::Rows { op, kept: order.outer as u8, parts },
            false => {
                Output::Cols { op, outer: order.outer as u8, reduced: order.reduced as u8, parts }
            }
        };
        self.finish(fuse, result, domain, output);
        if whole {
            return self.value(dtype, shape, Storage::Alias(parts));
        }
        let out = self.value(dtype, shape, Storage::Written);
        self.step(StepKind::Combine { op, axis: order.outer as u8, parts, out });
        out
    }

    /// Stores one constant everywhere.
    fn fill(&mut self, out: ValueId, value: arr_ir::dtype::Scalar) {
        let domain = self.plan[out].shape.clone();
        if count(&domain) == 0 {
            return;
        }
        let mut fuse = Fuse::default();
        let result = fuse.kernel.inst(Code::Const(value), &[], value.dtype);
        let output = Output::Store {
            value: out,
            start: SmallVec::from_elem(0, domain.len()),
            step: SmallVec::from_elem(1, domain.len()),
        };
        self.finish(fuse, result, domain, output);
    }

    /// The base outside the region, in boxes (or whole, where the region has gaps), unless it is
    /// there already, and then the new elements.
    fn update(&mut self, id: NodeId, out: ValueId, start: &[i64], step: &[i64], first: bool) {
        let node = &self.graph[id];
        let (base, value) = (node.args[0], node.args[1]);
        let region = self.graph[value].shape.clone();
        let shape = node.shape.clone();
        let rank = shape.len();
        let last = |d: usize| start[d] + step[d] * (region[d] as i64 - 1);
        let gaps = (0..rank).any(|d| region[d] > 1 && step[d].abs() != 1);
        if !first {
            // An earlier update of the chain wrote the base here.
        } else if gaps || count(&region) == 0 {
            let zeros = SmallVec::from_elem(0, rank);
            self.store(base, IndexMap::identity(rank), shape, out, zeros, None);
        } else {
            let mut low: SmallVec<[i64; 4]> = SmallVec::from_elem(0, rank);
            let mut high: SmallVec<[i64; 4]> = shape.iter().map(|&n| n as i64).collect();
            for d in 0..rank {
                let (first, end) = (start[d].min(last(d)), start[d].max(last(d)) + 1);
                let (l, h) = (low[d], high[d]);
                for (from, to) in [(l, first), (end, h)] {
                    low[d] = from;
                    high[d] = to;
                    self.copy_box(base, out, &low, &high);
                }
                low[d] = first;
                high[d] = end;
            }
        }
        let identity = IndexMap::identity(rank);
        self.store(value, identity, region, out, start.into(), Some(step.into()));
    }

    fn copy_box(&mut self, base: NodeId, out: ValueId, low: &[i64], high: &[i64]) {
        let domain: Shape = low.iter().zip(high).map(|(&l, &h)| (h - l).max(0) as usize).collect();
        let map = low.iter().enumerate().map(|(d, &offset)| DimMap::slice(offset, 1, d)).collect();
        self.store(base, IndexMap(map), domain, out, low.into(), None);
    }
}

impl Fuse {
    fn param(&mut self, param: ParamRef, dtype: DType) -> u16 {
        if let Some(&p) = self.known_params.get(&param) {
            return p;
        }
        let p = self.kernel.param(dtype);
        self.params.push(param);
        self.known_params.insert(param, p);
        p
    }
}
