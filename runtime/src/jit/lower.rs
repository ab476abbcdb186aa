//! From a kernel to stages: segments of native operators, and calls of tile routines.
//!
//! Before: a verified kernel and a layout per operand. After: stages in an order in which every
//! value is computed before it is read, with slots assigned to the values that cross from one
//! stage to another; the last stage alone writes [`Place::Out`].
//!
//! How: what does nothing (rounding an integer, casting to the same representation) is folded
//! away; every other operator is classed as native of one lane width or as a call; operators are
//! then placed from the result backwards, each in the latest stage that its users allow, so that
//! a segment collects what its users need and few values cross. Loads of operands in memory,
//! parameters and constants are repeated in every segment that wants them.

use super::cache::JitError;
use super::elementwise;
use super::program::{Helper, Layout, Place, SlotId};
use arr_ir::dtype::{DType, Kind};
use arr_ir::kernel::{Code, Inst, InstId, Kernel};
use arr_ir::op::{MapOp, Rule};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// Most operators of one segment: beyond it registers spill and compile time grows.
const SEGMENT_OPERATORS: usize = 64;

/// What a node of a segment does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum NodeCode {
    /// The element at a place, which lies in this layout (never [`Layout::Tile`]).
    Load(Place, Layout),
    /// A parameter.
    Param(u16),
    /// A constant's bits.
    Const(u64),
    /// An operator; the dtype it computes in.
    Map(MapOp, DType),
}

/// A node of a segment: SSA, arguments first.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Node {
    /// What it does.
    pub code: NodeCode,
    /// To which nodes of the segment.
    pub args: SmallVec<[u32; 3]>,
    /// The dtype of its value.
    pub dtype: DType,
}

/// Native operators of one lane width.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Segment {
    /// Bytes of a lane.
    pub width: usize,
    /// The nodes.
    pub nodes: Vec<Node>,
    /// Which values go where.
    pub stores: Vec<(u32, Place)>,
}

/// One argument or the destination of a call, with its dtype.
pub type TypedPlace = (Place, DType);

/// One stage.
#[derive(Clone, Debug)]
pub enum Stage {
    /// Generated code.
    Segment(Segment),
    /// A routine.
    Call { helper: Helper, name: &'static str, dst: TypedPlace, args: SmallVec<[TypedPlace; 3]> },
}

/// A lowered kernel.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// The stages, in order.
    pub stages: Vec<Stage>,
    /// Per operand: its slot, see [`super::Program::operand_slots`].
    pub operand_slots: Vec<Option<SlotId>>,
    /// How many slots there are.
    pub slot_count: usize,
    /// Bytes of the widest element in a slot.
    pub slot_element: usize,
    /// The operand that the result is, if it is one that can be copied.
    pub result_operand: Option<usize>,
    /// Operands read with contiguous columns, and the sizes of their elements.
    pub contiguous: Vec<(u16, usize)>,
    /// Whether an operand with one element per row is read.
    pub uniform: bool,
}

/// Splits a kernel into stages.
pub fn lower(kernel: &Kernel, layouts: &[Layout]) -> Result<Lowered, JitError> {
    if layouts.len() != kernel.operands.len() {
        return Err(JitError::Invalid("a layout per operand is needed".into()));
    }
    kernel.verify().map_err(JitError::Invalid)?;
    let graph = Graph::new(kernel, layouts);
    let schedule = Schedule::new(&graph)?;
    Assembly::new(&graph, &schedule).finish()
}

/// A value of the kernel after folding.
#[derive(Clone, Debug)]
struct Value {
    code: ValueCode,
    args: SmallVec<[usize; 3]>,
    dtype: DType,
    class: Class,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum ValueCode {
    Load(u16),
    Param(u16),
    Const(u128),
    Map(MapOp, DType),
}

/// How a value comes to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Class {
    /// Loaded or splatted by whoever wants it.
    Leaf,
    /// It is a slot that the executor fills.
    Packed,
    /// An operator of the segment's lane width in bytes.
    Native(usize),
    /// A call.
    Call,
}

/// The values that the result depends on, arguments first, and what they are.
struct Graph<'a> {
    layouts: &'a [Layout],
    values: Vec<Value>,
    result: usize,
}

impl<'a> Graph<'a> {
    fn new(kernel: &Kernel, layouts: &'a [Layout]) -> Graph<'a> {
        let needed = needed(kernel);
        let mut graph = Graph { layouts, values: Vec::new(), result: 0 };
        let mut numbers = vec![usize::MAX; kernel.insts.len()];
        let mut known = FxHashMap::default();
        for (i, inst) in kernel.insts.iter().enumerate().filter(|(i, _)| needed[*i]) {
            let args: SmallVec<[usize; 3]> =
                inst.args.iter().map(|a| numbers[a.0 as usize]).collect();
            numbers[i] = match fold(kernel, inst) {
                Folded::Argument => args[0],
                Folded::Code(code) => {
                    let args = if let ValueCode::Map(..) = code { args } else { SmallVec::new() };
                    let key = (code, args.clone(), inst.dtype);
                    *known.entry(key).or_insert_with(|| graph.push(code, args, inst.dtype))
                }
            };
        }
        graph.result = numbers[kernel.result.0 as usize];
        graph.prune();
        graph.classify();
        graph
    }

    fn push(&mut self, code: ValueCode, args: SmallVec<[usize; 3]>, dtype: DType) -> usize {
        let class = match code {
            ValueCode::Load(o) if self.layouts[o as usize] == Layout::Tile => Class::Packed,
            _ => Class::Leaf,
        };
        self.values.push(Value { code, args, dtype, class });
        self.values.len() - 1
    }

    /// Drops what folding has made unused.
    fn prune(&mut self) {
        let mut needed = vec![false; self.values.len()];
        needed[self.result] = true;
        for i in (0..self.values.len()).rev() {
            if needed[i] {
                self.values[i].args.iter().for_each(|&a| needed[a] = true);
            }
        }
        let mut numbers = Vec::with_capacity(needed.len());
        let mut next = 0;
        for &n in &needed {
            numbers.push(next);
            next += n as usize;
        }
        let mut keep = needed.iter();
        self.values.retain(|_| *keep.next().expect("a flag per value"));
        for value in &mut self.values {
            value.args.iter_mut().for_each(|a| *a = numbers[*a]);
        }
        self.result = numbers[self.result];
    }

    /// Gives every operator its class. Operators on bools alone have no lane width of their own:
    /// they take that of the first argument computed in a segment, else that of a user, else 1.
    fn classify(&mut self) {
        let mut open = vec![false; self.values.len()];
        for i in 0..self.values.len() {
            let ValueCode::Map(op, computed) = self.values[i].code else { continue };
            let value = &self.values[i];
            self.values[i].class = match width(op, computed, value.dtype) {
                Width::None => Class::Call,
                Width::Of(w) => Class::Native(w),
                Width::Any => {
                    let of = value.args.iter().find_map(|&a| match self.values[a].class {
                        Class::Native(w) if !open[a] => Some(w),
                        _ => None,
                    });
                    open[i] = of.is_none();
                    Class::Native(of.unwrap_or(1))
                }
            };
        }
        for i in (0..self.values.len()).rev() {
            let Class::Native(w) = self.values[i].class else { continue };
            for a in self.values[i].args.clone() {
                if open[a] && !open[i] {
                    self.values[a].class = Class::Native(w);
                    open[a] = false;
                }
            }
        }
    }

    /// Whether a call can read the value where it is.
    fn in_memory(&self, value: usize) -> bool {
        match (self.values[value].class, self.values[value].code) {
            (Class::Leaf, ValueCode::Load(o)) => self.layouts[o as usize] == Layout::Contiguous,
            (Class::Leaf, _) => false,
            _ => true,
        }
    }
}

/// Which instructions the result depends on.
fn needed(kernel: &Kernel) -> Vec<bool> {
    let mut needed = vec![false; kernel.insts.len()];
    needed[kernel.result.0 as usize] = true;
    for (i, inst) in kernel.insts.iter().enumerate().rev() {
        if needed[i] {
            inst.args.iter().for_each(|a| needed[a.0 as usize] = true);
        }
    }
    needed
}

/// What is left of an instruction.
enum Folded {
    /// Its first argument.
    Argument,
    /// A value of its own.
    Code(ValueCode),
}

fn fold(kernel: &Kernel, inst: &Inst) -> Folded {
    use MapOp::*;
    let op = match inst.code {
        Code::Load(o) => return Folded::Code(ValueCode::Load(o)),
        Code::Param(p) => return Folded::Code(ValueCode::Param(p)),
        Code::Const(s) => return Folded::Code(ValueCode::Const(s.bits)),
        Code::Map(op) => op,
    };
    let computed = computed_in(kernel, op, &inst.args);
    let float = computed.kind() == Kind::Float;
    let unsigned = matches!(computed.kind(), Kind::Bool | Kind::Unsigned);
    match op {
        Cast if same_bits(computed, inst.dtype) => Folded::Argument,
        Floor | Ceil | Round | Trunc if !float => Folded::Argument,
        Abs if unsigned => Folded::Argument,
        IsNan | IsInf if computed.is_integer() || computed == DType::Bool => constant(0),
        IsFinite if computed.is_integer() || computed == DType::Bool => constant(1),
        Signbit if unsigned => constant(0),
        _ => Folded::Code(ValueCode::Map(op, computed)),
    }
}

fn constant(bits: u128) -> Folded {
    Folded::Code(ValueCode::Const(bits))
}

/// The dtype of an operator's operands (of a select's second and third).
fn computed_in(kernel: &Kernel, op: MapOp, args: &[InstId]) -> DType {
    kernel[args[(op.row().rule == Rule::Select) as usize]].dtype
}

/// Whether a cast leaves the bits alone.
fn same_bits(from: DType, to: DType) -> bool {
    from == to || (from.is_integer() && to.is_integer() && from.size() == to.size())
}

/// The lane width of an operator.
enum Width {
    /// There are no instructions for it.
    None,
    /// This many bytes.
    Of(usize),
    /// Operators on bools: that of the masks at hand.
    Any,
}

fn width(op: MapOp, computed: DType, dtype: DType) -> Width {
    let (from, to) = (computed, dtype);
    let native = match op {
        MapOp::Cast => match (from, to) {
            (DType::Bool, to) if to.kind() != Kind::Complex => return Width::Of(to.size()),
            (from, DType::Bool) => from.kind() != Kind::Complex,
            (DType::I32, DType::F32) | (DType::F32, DType::I32) => true,
            _ => false,
        },
        _ => op.is_native(computed),
    };
    match native {
        false => Width::None,
        true if computed == DType::Bool => Width::Any,
        true => Width::Of(computed.size()),
    }
}

/// The lane width of a value that is stored by a segment for its own sake.
fn splat_width(dtype: DType) -> Result<usize, JitError> {
    match dtype.size() {
        16 => Err(JitError::Unsupported("a complex128 scalar")),
        size => Ok(size),
    }
}

/// Which stage each value is computed in. Stages are numbered from the last: stage 0 computes the
/// result.
struct Schedule {
    /// Per value: its stage, if it has one.
    stage_of: Vec<Option<usize>>,
    /// Per stage: its lane width, none for a call; and its values.
    stages: Vec<(Option<usize>, Vec<usize>)>,
}

impl Schedule {
    fn new(graph: &Graph<'_>) -> Result<Schedule, JitError> {
        let count = graph.values.len();
        let mut schedule = Schedule { stage_of: vec![None; count], stages: Vec::new() };
        let mut users: Vec<SmallVec<[usize; 4]>> = vec![SmallVec::new(); count];
        for i in (0..count).rev() {
            schedule.place(graph, i, &users[i])?;
            graph.values[i].args.iter().for_each(|&a| users[a].push(i));
        }
        Ok(schedule)
    }

    /// Puts a value in the latest stage that its users allow.
    fn place(&mut self, graph: &Graph<'_>, i: usize, users: &[usize]) -> Result<(), JitError> {
        let width = match graph.values[i].class {
            Class::Packed => return Ok(()),
            Class::Native(w) => Some(w),
            Class::Call => None,
            Class::Leaf => {
                let called = users.iter().any(|&u| graph.values[u].class == Class::Call);
                if graph.in_memory(i) || !(called || i == graph.result) {
                    return Ok(());
                }
                Some(splat_width(graph.values[i].dtype)?)
            }
        };
        let leaf = graph.values[i].class == Class::Leaf;
        let mut first = 0;
        for &u in users {
            let together = width.is_some() && graph.values[u].class == graph.values[i].class;
            if let Some(stage) = self.stage_of[u]
                && !(leaf && graph.values[u].class != Class::Call)
            {
                first = first.max(stage + !together as usize);
            }
        }
        let fits = |s: &(Option<usize>, Vec<usize>)| {
            width.is_some() && s.0 == width && s.1.len() < SEGMENT_OPERATORS
        };
        let found = (first..self.stages.len()).find(|&s| fits(&self.stages[s]));
        let stage = found.unwrap_or_else(|| {
            self.stages.push((width, Vec::new()));
            self.stages.len() - 1
        });
        self.stages[stage].1.push(i);
        self.stage_of[i] = Some(stage);
        Ok(())
    }

    /// Per value: the last stage (the smallest number) that reads it from a slot. Leaves are read
    /// from slots by calls alone.
    fn last_uses(&self, graph: &Graph<'_>) -> Vec<Option<usize>> {
        let mut last = vec![None; graph.values.len()];
        for (user, value) in graph.values.iter().enumerate() {
            let Some(stage) = self.stage_of[user] else { continue };
            for &a in &value.args {
                let leaf = graph.values[a].class == Class::Leaf && value.class != Class::Call;
                if !leaf && self.stage_of[a] != Some(stage) {
                    last[a] = Some(last[a].map_or(stage, |l: usize| l.min(stage)));
                }
            }
        }
        last
    }
}

/// Slots and stages put together.
struct Assembly<'a> {
    graph: &'a Graph<'a>,
    schedule: &'a Schedule,
    last_uses: Vec<Option<usize>>,
    slot_of: Vec<Option<SlotId>>,
    free: Vec<SlotId>,
    out: Lowered,
}

impl<'a> Assembly<'a> {
    fn new(graph: &'a Graph<'a>, schedule: &'a Schedule) -> Assembly<'a> {
        let last_uses = schedule.last_uses(graph);
        let out = Lowered {
            stages: Vec::new(),
            operand_slots: vec![None; graph.layouts.len()],
            slot_count: 0,
            slot_element: 1,
            result_operand: None,
            contiguous: Vec::new(),
            uniform: false,
        };
        let slot_of = vec![None; graph.values.len()];
        Assembly { graph, schedule, last_uses, slot_of, free: Vec::new(), out }
    }

    fn finish(mut self) -> Result<Lowered, JitError> {
        self.packed_operands();
        let graph = self.graph;
        if let ValueCode::Load(o) = graph.values[graph.result].code
            && graph.in_memory(graph.result)
        {
            self.copy(o);
        }
        for number in (0..self.schedule.stages.len()).rev() {
            let (width, members) = &self.schedule.stages[number];
            self.assign_slots(members);
            let stage = match width {
                Some(width) => self.segment(*width, members),
                None => self.call(members[0])?,
            };
            self.out.stages.push(stage);
            self.release_slots(number, members);
        }
        self.operands_read();
        Ok(self.out)
    }

    fn packed_operands(&mut self) {
        for i in 0..self.graph.values.len() {
            if let (Class::Packed, ValueCode::Load(o)) =
                (self.graph.values[i].class, self.graph.values[i].code)
            {
                let slot = self.new_slot(self.graph.values[i].dtype);
                self.slot_of[i] = Some(slot);
                self.out.operand_slots[o as usize] = Some(slot);
            }
        }
    }

    fn copy(&mut self, operand: u16) {
        let dtype = self.graph.values[self.graph.result].dtype;
        let source = (self.place(self.graph.result), dtype);
        self.out.result_operand = Some(operand as usize);
        self.out.stages.push(Stage::Call {
            helper: Helper::Copy,
            name: "copy",
            dst: (Place::Out, dtype),
            args: [source].into_iter().collect(),
        });
    }

    fn new_slot(&mut self, dtype: DType) -> SlotId {
        self.out.slot_element = self.out.slot_element.max(dtype.size());
        self.free.pop().unwrap_or_else(|| {
            self.out.slot_count += 1;
            SlotId((self.out.slot_count - 1) as u16)
        })
    }

    /// Gives a slot to each of a stage's values that a later stage reads.
    fn assign_slots(&mut self, members: &[usize]) {
        for &i in members {
            if self.last_uses[i].is_some() {
                self.slot_of[i] = Some(self.new_slot(self.graph.values[i].dtype));
            }
        }
    }

    /// Frees the slots that no stage after this one reads.
    fn release_slots(&mut self, number: usize, members: &[usize]) {
        let mut read: SmallVec<[usize; 16]> =
            members.iter().flat_map(|&i| &self.graph.values[i].args).copied().collect();
        read.sort_unstable();
        read.dedup();
        for i in read {
            if self.last_uses[i] == Some(number)
                && let Some(slot) = self.slot_of[i]
            {
                self.free.push(slot);
            }
        }
    }

    /// Where a value is for a stage that did not compute it.
    fn place(&self, i: usize) -> Place {
        match (self.slot_of[i], self.graph.values[i].code) {
            (Some(slot), _) => Place::Slot(slot),
            (None, ValueCode::Load(o)) => Place::Operand(o),
            (None, code) => unreachable!("{code:?} is in no memory"),
        }
    }

    fn segment(&self, width: usize, members: &[usize]) -> Stage {
        let mut members = members.to_vec();
        members.sort_unstable();
        let mut segment = Segment { width, ..Segment::default() };
        let mut local: FxHashMap<usize, u32> = FxHashMap::default();
        for &i in &members {
            for &a in &self.graph.values[i].args {
                local.entry(a).or_insert_with(|| segment.push(self.outside(a)));
            }
            let value = &self.graph.values[i];
            let node = match value.code {
                ValueCode::Map(op, computed) => Node {
                    code: NodeCode::Map(op, computed),
                    args: value.args.iter().map(|a| local[a]).collect(),
                    dtype: value.dtype,
                },
                _ => self.leaf(i),
            };
            let number = *local.entry(i).or_insert_with(|| segment.push(node));
            if i == self.graph.result {
                segment.stores.push((number, Place::Out));
            } else if let Some(slot) = self.slot_of[i] {
                segment.stores.push((number, Place::Slot(slot)));
            }
        }
        Stage::Segment(segment)
    }

    /// A value that another stage, the executor or nobody computes.
    fn outside(&self, i: usize) -> Node {
        match self.graph.values[i].class {
            Class::Leaf => self.leaf(i),
            _ => Node {
                code: NodeCode::Load(self.place(i), Layout::Contiguous),
                args: SmallVec::new(),
                dtype: self.graph.values[i].dtype,
            },
        }
    }

    fn leaf(&self, i: usize) -> Node {
        let value = &self.graph.values[i];
        let code = match value.code {
            ValueCode::Load(o) => NodeCode::Load(Place::Operand(o), self.graph.layouts[o as usize]),
            ValueCode::Param(p) => NodeCode::Param(p),
            ValueCode::Const(bits) => NodeCode::Const(bits as u64),
            ValueCode::Map(..) => unreachable!("an operator is no leaf"),
        };
        Node { code, args: SmallVec::new(), dtype: value.dtype }
    }

    fn call(&self, i: usize) -> Result<Stage, JitError> {
        let value = &self.graph.values[i];
        let ValueCode::Map(op, computed) = value.code else { unreachable!("only maps are called") };
        let helper = elementwise::helper(op, computed, value.dtype)
            .ok_or(JitError::Unsupported(op.row().name))?;
        let dst = match self.slot_of[i] {
            Some(slot) if i != self.graph.result => Place::Slot(slot),
            _ => Place::Out,
        };
        let args =
            value.args.iter().map(|&a| (self.place(a), self.graph.values[a].dtype)).collect();
        Ok(Stage::Call { helper, name: op.row().name, dst: (dst, value.dtype), args })
    }

    /// Notes which operands the stages read, and how.
    fn operands_read(&mut self) {
        for value in &self.graph.values {
            if let (Class::Leaf, ValueCode::Load(o)) = (value.class, value.code) {
                match self.graph.layouts[o as usize] {
                    Layout::Contiguous => self.out.contiguous.push((o, value.dtype.size())),
                    Layout::Uniform => self.out.uniform = true,
                    Layout::Constant | Layout::Tile => {}
                }
            }
        }
    }
}

impl Segment {
    fn push(&mut self, node: Node) -> u32 {
        self.nodes.push(node);
        (self.nodes.len() - 1) as u32
    }

    /// How many nodes are operators.
    pub fn operations(&self) -> usize {
        self.nodes.iter().filter(|n| matches!(n.code, NodeCode::Map(..))).count()
    }
}
