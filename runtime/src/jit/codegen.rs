//! A segment as a function of Cranelift's IR.
//!
//! The function takes the table of spans, the bits of the parameters, rows and columns (both at
//! least 1), and is two nested loops. The loop over columns has three parts: several vectors at a
//! time, one vector at a time, one element at a time. The last computes the same vectors with one
//! live lane, so that every element is computed by the same instructions. Constants, parameters
//! and constant operands are splatted in front of the loops, uniform operands once per row.
//!
//! Addresses are a span's pointer plus rows times its stride plus columns times the element's size;
//! all accesses stay within the tile.
//!
//! A folding segment ([`build_fold`]) combines the rows instead of storing them. Its loop over columns
//! is the outer one, so that what a few vectors of columns come to stays in registers while the
//! rows go by; where a row lies in each operand is read from a table.

use super::instructions::{Lanes, int_vector};
use super::lower::{Node, NodeCode, Segment};
use super::program::{Layout, Place};
use arr_ir::dtype::DType;
use arr_ir::op::FoldOp;
use cranelift_codegen::cursor::FuncCursor;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    AbiParam, Block, BlockArg, Function, InstBuilder, MemFlagsData, Signature, StackSlot,
    StackSlotData, StackSlotKind, Type, Value, types,
};
use cranelift_codegen::isa::{CallConv, TargetFrontendConfig};
use cranelift_codegen::packed_option::ReservedValue;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// Bytes of a [`super::program::Span`].
const SPAN_BYTES: i32 = 16;

/// The signature of a segment, see [`super::program::Entry`].
pub fn signature(convention: CallConv) -> Signature {
    let mut signature = Signature::new(convention);
    signature.params = vec![AbiParam::new(types::I64); 4];
    signature
}

/// Fills a function of [`signature`] with the code of a segment. `first_slot` is the number of the
/// first slot in the table of spans.
pub fn build(
    segment: &Segment,
    first_slot: usize,
    function: &mut Function,
    context: &mut FunctionBuilderContext,
    target: TargetFrontendConfig,
) {
    let b = FunctionBuilder::new(function, context);
    Emitter::new(b, segment, first_slot, Plan::new(segment)).function(target);
}

/// What the rows of a folding segment are combined with.
#[derive(Clone, Copy, Debug)]
pub struct Folding {
    /// The combination; native in the dtype of the segment's result.
    pub op: FoldOp,
    /// The bits of its identity.
    pub identity: u64,
}

/// Whether rows of a segment can be folded in registers: it gives one result and reads operands alone.
pub fn foldable(segment: &Segment, op: FoldOp) -> bool {
    let operand = |node: &Node| match node.code {
        NodeCode::Load(place, _) => matches!(place, Place::Operand(_)),
        _ => true,
    };
    let [(result, Place::Out)] = segment.stores[..] else { return false };
    let dtype = segment.nodes[result as usize].dtype;
    op.elementwise().is_native(dtype) && segment.nodes.iter().all(operand)
}

/// Fills a function of [`signature`] with the code that folds the rows of a [`foldable`] segment of a
/// kernel of `operands` operands, column by column: the output is one row, `out[j] = f(..f(identity,
/// row 0[j]).., row m-1[j])`. The span after those of the operands points to a table with an entry per
/// row: for each operand, the bytes from its span's pointer to the row.
pub fn build_fold(
    segment: &Segment,
    folding: Folding,
    operands: usize,
    function: &mut Function,
    context: &mut FunctionBuilderContext,
    target: TargetFrontendConfig,
) {
    let b = FunctionBuilder::new(function, context);
    Emitter::new(b, segment, 1 + operands, Plan::folding(segment)).fold(folding, target);
}

/// Vector registers, less one for intermediate values.
const REGISTERS: usize = 15;
/// Most operators of a step of the main loop that computes vectors side by side.
const SIDE_BY_SIDE: usize = 512;

/// How the main loop is laid out.
///
/// The processor itself overlaps the vectors of a short segment, or of one with parallel chains. A
/// long dependent chain it cannot: there the vectors are computed side by side, operator by
/// operator, as many as the registers hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Plan {
    /// How many vectors a step computes.
    unroll: usize,
    /// Whether the vectors of a step are computed side by side.
    interleaved: bool,
    /// How many values that do not change along the columns stay in registers; the others are
    /// fetched from the stack for each use.
    kept: usize,
}

impl Plan {
    fn new(segment: &Segment) -> Plan {
        let operations = segment.operations();
        let live = most_live(segment);
        let interleaved = operations > 12 && operations <= 2 * longest_chain(segment);
        let unroll = match operations {
            _ if interleaved => {
                let fits = |u: &usize| u * live <= REGISTERS + 1 && u * operations <= SIDE_BY_SIDE;
                [8, 6, 5, 4, 3].into_iter().find(fits).unwrap_or(2)
            }
            0..=4 => 4,
            _ => 1,
        };
        let vectors = if interleaved { unroll } else { 1 };
        Plan { unroll, interleaved, kept: REGISTERS.saturating_sub(live * vectors) }
    }

    /// Of a folding segment: as many accumulators as leave room for one vector and what is the same
    /// along the columns.
    fn folding(segment: &Segment) -> Plan {
        let live = most_live(segment);
        let fits = |u: &usize| u + live + 2 <= REGISTERS;
        let unroll = [8, 6, 4].into_iter().find(fits).unwrap_or(2);
        Plan { unroll, interleaved: false, kept: REGISTERS.saturating_sub(live + unroll) }
    }
}

/// Whether a node's value is the same along the columns.
fn is_splat(node: &Node) -> bool {
    match node.code {
        NodeCode::Load(_, layout) => layout != Layout::Contiguous,
        NodeCode::Param(_) | NodeCode::Const(_) => true,
        NodeCode::Map(..) => false,
    }
}

/// How many values that change along the columns are alive at once.
fn most_live(segment: &Segment) -> usize {
    let mut last: Vec<usize> = (0..segment.nodes.len()).collect();
    for (i, node) in segment.nodes.iter().enumerate() {
        node.args.iter().for_each(|&a| last[a as usize] = i);
    }
    for &(node, _) in &segment.stores {
        last[node as usize] = segment.nodes.len();
    }
    let mut ends = vec![0usize; segment.nodes.len() + 1];
    let (mut live, mut most) = (0, 1);
    for (i, node) in segment.nodes.iter().enumerate() {
        live -= ends[i];
        if !is_splat(node) {
            live += 1;
            ends[last[i]] += 1;
        }
        most = most.max(live);
    }
    most
}

/// How many operators the longest chain has.
fn longest_chain(segment: &Segment) -> usize {
    let mut chains: Vec<usize> = Vec::with_capacity(segment.nodes.len());
    for node in &segment.nodes {
        let before = node.args.iter().map(|&a| chains[a as usize]).max().unwrap_or(0);
        chains.push(before + matches!(node.code, NodeCode::Map(..)) as usize);
    }
    chains.into_iter().max().unwrap_or(0)
}

/// How many lanes of a vector have an element.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Live {
    All,
    One,
}

struct Emitter<'f, 's> {
    lanes: Lanes<'f>,
    segment: &'s Segment,
    first_slot: usize,
    plan: Plan,
    /// Where the values are that do not change along the columns.
    splats: Vec<Splat>,
    /// The address of the current row of each place.
    rows: FxHashMap<Place, Value>,
}

/// Where a value is that does not change along the columns.
#[derive(Clone, Copy)]
enum Splat {
    /// It does change.
    Varying,
    /// In a register, as far as there are any.
    Kept(Value),
    /// On the stack.
    Stacked(StackSlot, Type),
    /// A constant, made for each use.
    Rematerialised,
}

/// A step of a loop over columns.
struct Step {
    /// Its first column.
    i: Value,
    live: Live,
    /// The address of that column in each place.
    columns: FxHashMap<Place, Value>,
}

/// The values that the loop over rows needs.
struct Frame {
    table: Value,
    params: Value,
    rows: Value,
    columns: Value,
}

/// The values that the loops of a fold need.
struct Fold {
    folding: Folding,
    /// The node that is folded.
    node: u32,
    /// The operands that are read: how they lie, the dtype of their elements, the first one's address.
    places: Vec<(Place, Layout, DType, Value)>,
    /// The output.
    out: Value,
    /// The table of the rows, and bytes of an entry.
    table: Value,
    entry: i64,
    /// How many rows there are.
    rows: Value,
}

impl<'f, 's> Emitter<'f, 's> {
    fn new(
        b: FunctionBuilder<'f>,
        segment: &'s Segment,
        first_slot: usize,
        plan: Plan,
    ) -> Emitter<'f, 's> {
        Emitter {
            lanes: Lanes::new(b, segment.width),
            segment,
            first_slot,
            plan,
            splats: vec![Splat::Varying; segment.nodes.len()],
            rows: FxHashMap::default(),
        }
    }

    /// Starts the function.
    fn entry(&mut self) -> Frame {
        let entry = self.lanes.b.create_block();
        self.lanes.b.append_block_params_for_function_params(entry);
        self.lanes.b.switch_to_block(entry);
        let [table, params, rows, columns] = *self.lanes.b.block_params(entry) else {
            unreachable!("a segment has four parameters")
        };
        Frame { table, params, rows, columns }
    }

    fn finish(mut self, target: TargetFrontendConfig) {
        self.lanes.b.ins().return_(&[]);
        self.lanes.b.seal_all_blocks();
        self.lanes.b.finalize(target);
    }

    /// The function of [`build_fold`].
    fn fold(mut self, folding: Folding, target: TargetFrontendConfig) {
        let frame = self.entry();
        let (node, _) = self.segment.stores[0];
        let dtype = self.node(node).dtype;
        let mut places: Vec<(Place, Layout, DType, Value)> = Vec::new();
        for Node { code, dtype, .. } in &self.segment.nodes {
            if let NodeCode::Load(place, layout) = *code
                && layout != Layout::Constant
                && !places.iter().any(|p| p.0 == place)
            {
                let (first, _) = self.span(&frame, place, *dtype);
                places.push((place, layout, *dtype, first));
            }
        }
        let (out, _) = self.span(&frame, Place::Out, dtype);
        let offset = self.first_slot as i32 * SPAN_BYTES;
        let table = self.lanes.b.ins().load(types::I64, flags(), frame.table, offset);
        let entry = (self.first_slot as i64 - 1) * 8;
        let fold = Fold { folding, node, places, out, table, entry, rows: frame.rows };
        let first = self.block_with(0);
        let anchor = self.lanes.b.ins().jump(first, &[]);
        self.lanes.set_anchor(anchor);
        self.keep_splats();
        self.hoist(&frame);

        self.lanes.b.switch_to_block(first);
        let (lanes, unroll) = (self.lanes.lanes(), self.plan.unroll);
        let mut i = self.lanes.b.ins().iconst(types::I64, 0);
        for copies in [unroll, 2, 1] {
            let body = |emitter: &mut Self, i| emitter.fold_rows(&fold, i, copies, Live::All);
            i = self.column_loop(i, frame.columns, copies * lanes, body);
        }
        let body = |emitter: &mut Self, i| emitter.fold_rows(&fold, i, 1, Live::One);
        self.column_loop(i, frame.columns, 1, body);
        self.finish(target);
    }

    /// The loop over the rows for `copies` vectors from column `i`.
    fn fold_rows(&mut self, fold: &Fold, i: Value, copies: usize, live: Live) {
        let dtype = self.node(fold.node).dtype;
        let ty = self.lanes.value_type(dtype);
        let columns: Vec<Value> = fold
            .places
            .iter()
            .map(|&(_, layout, dtype, first)| match layout {
                Layout::Contiguous => self.column(first, i, dtype),
                _ => first,
            })
            .collect();
        let (row, done) = (self.block_with(2), self.block_with(0));
        for _ in 0..copies {
            self.lanes.b.append_block_param(row, ty);
            self.lanes.b.append_block_param(done, ty);
        }
        let bits = fold.folding.identity;
        let lane = if dtype == DType::Bool { (bits & 1).wrapping_neg() } else { bits };
        let identity = self.lanes.splat_here(ty, lane);
        let start =
            [fold.rows, fold.table].into_iter().chain(std::iter::repeat_n(identity, copies));
        self.lanes.b.ins().jump(row, &block_args(start));

        self.lanes.b.switch_to_block(row);
        let state = self.lanes.b.block_params(row).to_vec();
        self.rows.clear();
        for (&(place, ..), column) in fold.places.iter().zip(columns) {
            let Place::Operand(operand) = place else { unreachable!("operands alone are read") };
            let ins = self.lanes.b.ins();
            let offset = ins.load(types::I64, flags(), state[1], operand as i32 * 8);
            self.rows.insert(place, self.lanes.b.ins().iadd(column, offset));
        }
        self.uniforms();
        let splat = self.splat(fold.node);
        let mut step = Step { i, live, columns: self.rows.clone() };
        let op = fold.folding.op.elementwise();
        let mut totals = Vec::with_capacity(copies);
        for copy in 0..copies {
            let mut values = [Vec::with_capacity(self.segment.nodes.len())];
            for node in 0..self.segment.nodes.len() as u32 {
                self.node_values(&mut step, node, copy, &mut values);
            }
            let value = splat.unwrap_or(values[0][fold.node as usize]);
            totals.push(self.lanes.map(op, dtype, dtype, &[state[2 + copy], value]));
        }
        let left = self.lanes.b.ins().iadd_imm_s(state[0], -1);
        let next = self.lanes.b.ins().iadd_imm_s(state[1], fold.entry);
        let again = block_args([left, next].into_iter().chain(totals.iter().copied()));
        self.lanes.b.ins().brif(left, row, &again, done, &block_args(totals.into_iter()));

        self.lanes.b.switch_to_block(done);
        let totals = self.lanes.b.block_params(done).to_vec();
        let address = self.column(fold.out, i, dtype);
        for (copy, total) in totals.into_iter().enumerate() {
            let offset = (copy * self.lanes.lanes() * dtype.size()) as i32;
            self.store(address, offset, dtype, live, total);
        }
    }

    /// The address of column `i` of a row.
    fn column(&mut self, row: Value, i: Value, dtype: DType) -> Value {
        let bytes = match dtype.size() {
            1 => i,
            size => self.lanes.b.ins().ishl_imm_u(i, size.trailing_zeros() as i64),
        };
        self.lanes.b.ins().iadd(row, bytes)
    }

    fn function(mut self, target: TargetFrontendConfig) {
        let frame = self.entry();
        let places = self.moving_places();
        let (starts, strides): (Vec<Value>, Vec<Value>) =
            places.iter().map(|&(place, dtype)| self.span(&frame, place, dtype)).unzip();

        let row = self.block_with(1 + places.len());
        let exit = self.lanes.b.create_block();
        let arguments = block_args(std::iter::once(frame.rows).chain(starts));
        let anchor = self.lanes.b.ins().jump(row, &arguments);
        self.lanes.set_anchor(anchor);
        self.keep_splats();
        self.hoist(&frame);

        self.lanes.b.switch_to_block(row);
        let state = self.lanes.b.block_params(row).to_vec();
        self.rows = places.iter().map(|p| p.0).zip(state[1..].iter().copied()).collect();
        self.uniforms();
        self.columns(frame.columns);

        let left = self.lanes.b.ins().iadd_imm_s(state[0], -1);
        let next: Vec<Value> = state[1..]
            .iter()
            .zip(&strides)
            .map(|(&pointer, &stride)| self.lanes.b.ins().iadd(pointer, stride))
            .collect();
        let arguments = block_args(std::iter::once(left).chain(next));
        self.lanes.b.ins().brif(left, row, &arguments, exit, &[]);
        self.lanes.b.switch_to_block(exit);
        self.finish(target);
    }

    /// The places whose address changes from row to row, with the dtype of their elements.
    fn moving_places(&self) -> Vec<(Place, DType)> {
        let loads = self.segment.nodes.iter().filter_map(|node| match node.code {
            NodeCode::Load(_, Layout::Constant) => None,
            NodeCode::Load(place, _) => Some((place, node.dtype)),
            _ => None,
        });
        let stored = |&(node, place): &(u32, Place)| (place, self.node(node).dtype);
        let mut places: Vec<(Place, DType)> = Vec::new();
        for (place, dtype) in loads.chain(self.segment.stores.iter().map(stored)) {
            if !places.iter().any(|p| p.0 == place) {
                places.push((place, dtype));
            }
        }
        places
    }

    fn node(&self, node: u32) -> &Node {
        &self.segment.nodes[node as usize]
    }

    /// The pointer and the row stride of a place.
    fn span(&mut self, frame: &Frame, place: Place, dtype: DType) -> (Value, Value) {
        let offset = place.index(self.first_slot) as i32 * SPAN_BYTES;
        let ins = self.lanes.b.ins();
        let pointer = ins.load(types::I64, flags(), frame.table, offset);
        let stride = match place {
            Place::Slot(_) => self.lanes.b.ins().imul_imm_s(frame.columns, dtype.size() as i64),
            _ => self.lanes.b.ins().load(types::I64, flags(), frame.table, offset + 8),
        };
        (pointer, stride)
    }

    /// Chooses which splats stay in registers: those used most.
    fn keep_splats(&mut self) {
        let mut uses = vec![0usize; self.segment.nodes.len()];
        for node in &self.segment.nodes {
            node.args.iter().for_each(|&a| uses[a as usize] += 1);
        }
        let mut splats: Vec<usize> =
            (0..uses.len()).filter(|&i| is_splat(&self.segment.nodes[i])).collect();
        splats.sort_by_key(|&i| std::cmp::Reverse(uses[i]));
        for &i in splats.iter().skip(self.plan.kept) {
            let ty = self.lanes.value_type(self.segment.nodes[i].dtype);
            self.splats[i] = match self.segment.nodes[i].code {
                NodeCode::Const(_) => Splat::Rematerialised,
                _ => {
                    let data = StackSlotData::new(StackSlotKind::ExplicitSlot, 16, 4);
                    Splat::Stacked(self.lanes.b.create_sized_stack_slot(data), ty)
                }
            };
        }
    }

    /// Splats what stays the same over the tile.
    fn hoist(&mut self, frame: &Frame) {
        for i in 0..self.segment.nodes.len() {
            let Node { code, dtype, .. } = self.segment.nodes[i];
            let value = match code {
                NodeCode::Const(bits) => {
                    if let Splat::Varying = self.splats[i] {
                        self.splats[i] = Splat::Kept(self.splat_constant(dtype, bits));
                    }
                    continue;
                }
                NodeCode::Param(p) => {
                    let cursor = self.lanes.front();
                    splat_load(cursor, self.segment.width, frame.params, p as i32 * 8, dtype)
                }
                NodeCode::Load(place, Layout::Constant) => {
                    let offset = place.index(self.first_slot) as i32 * SPAN_BYTES;
                    let mut cursor = self.lanes.front();
                    let pointer = cursor.ins().load(types::I64, flags(), frame.table, offset);
                    splat_load(cursor, self.segment.width, pointer, 0, dtype)
                }
                _ => continue,
            };
            match self.splats[i] {
                Splat::Stacked(slot, _) => {
                    self.lanes.front().ins().stack_store(types::I64, value, slot, 0);
                }
                _ => self.splats[i] = Splat::Kept(value),
            }
        }
    }

    fn splat_constant(&mut self, dtype: DType, bits: u64) -> Value {
        let ty = self.lanes.value_type(dtype);
        let lane = if dtype == DType::Bool { (bits & 1).wrapping_neg() } else { bits };
        self.lanes.splat_bits(ty, lane)
    }

    /// Splats what stays the same over a row.
    fn uniforms(&mut self) {
        for i in 0..self.segment.nodes.len() {
            let Node { code, dtype, .. } = self.segment.nodes[i];
            if let NodeCode::Load(place, Layout::Uniform) = code {
                let pointer = self.rows[&place];
                let cursor = self.lanes.here();
                let value = splat_load(cursor, self.segment.width, pointer, 0, dtype);
                match self.splats[i] {
                    Splat::Stacked(slot, _) => {
                        self.lanes.b.ins().stack_store(types::I64, value, slot, 0);
                    }
                    _ => self.splats[i] = Splat::Kept(value),
                }
            }
        }
    }

    /// The value of a node that does not change along the columns.
    fn splat(&mut self, node: u32) -> Option<Value> {
        match self.splats[node as usize] {
            Splat::Varying => None,
            Splat::Kept(value) => Some(value),
            Splat::Stacked(slot, ty) => {
                Some(self.lanes.b.ins().stack_load(types::I64, ty, slot, 0))
            }
            Splat::Rematerialised => {
                let Node { code: NodeCode::Const(bits), dtype, .. } = *self.node(node) else {
                    unreachable!("constants alone are made again")
                };
                let ty = self.lanes.value_type(dtype);
                let lane = if dtype == DType::Bool { (bits & 1).wrapping_neg() } else { bits };
                Some(self.lanes.splat_here(ty, lane))
            }
        }
    }

    /// The loops over the columns of one row.
    fn columns(&mut self, n: Value) {
        let (lanes, unroll) = (self.lanes.lanes(), self.plan.unroll);
        let mut i = self.lanes.b.ins().iconst(types::I64, 0);
        if unroll > 1 {
            i = self.column_loop(i, n, unroll * lanes, |e, i| e.body(i, unroll, Live::All));
        }
        i = self.column_loop(i, n, lanes, |e, i| e.body(i, 1, Live::All));
        self.column_loop(i, n, 1, |e, i| e.body(i, 1, Live::One));
    }

    /// From column `i`: steps of `step` columns as long as there are so many; gives the column
    /// reached.
    fn column_loop(
        &mut self,
        i: Value,
        n: Value,
        step: usize,
        work: impl FnOnce(&mut Self, Value),
    ) -> Value {
        let body = self.block_with(1);
        let next = self.block_with(1);
        let limit = self.lanes.front().ins().iadd_imm_s(n, -(step as i64));
        self.repeat(i, limit, body, next);
        self.lanes.b.switch_to_block(body);
        let i = self.lanes.b.block_params(body)[0];
        work(self, i);
        let i = self.lanes.b.ins().iadd_imm_s(i, step as i64);
        self.repeat(i, limit, body, next);
        self.lanes.b.switch_to_block(next);
        self.lanes.b.block_params(next)[0]
    }

    fn repeat(&mut self, i: Value, limit: Value, body: Block, next: Block) {
        let more = self.lanes.b.ins().icmp(IntCC::SignedLessThanOrEqual, i, limit);
        let argument = [BlockArg::Value(i)];
        self.lanes.b.ins().brif(more, body, &argument, next, &argument);
    }

    /// The nodes for `copies` vectors from column `i`: vector after vector, or node after node in
    /// all vectors.
    fn body(&mut self, i: Value, copies: usize, live: Live) {
        let group = if self.plan.interleaved { copies } else { 1 };
        let mut step = Step { i, live, columns: FxHashMap::default() };
        for first in (0..copies).step_by(group) {
            let mut values = vec![Vec::with_capacity(self.segment.nodes.len()); group];
            for node in 0..self.segment.nodes.len() as u32 {
                self.node_values(&mut step, node, first, &mut values);
            }
            for store in 0..self.segment.stores.len() {
                let (node, place) = self.segment.stores[store];
                let dtype = self.node(node).dtype;
                let splat = self.splat(node);
                for (k, values) in values.iter().enumerate() {
                    let (address, offset) = self.address(&mut step, place, dtype, first + k);
                    let value = splat.unwrap_or(values[node as usize]);
                    self.store(address, offset, dtype, live, value);
                }
            }
        }
    }

    /// Adds the value of a node to those of each vector from number `first`. What does not change
    /// along the columns gets no value: its users fetch it.
    fn node_values(&mut self, step: &mut Step, node: u32, first: usize, all: &mut [Vec<Value>]) {
        let segment = self.segment;
        let Node { code, args, dtype } = &segment.nodes[node as usize];
        let splats: SmallVec<[Option<Value>; 3]> = match code {
            NodeCode::Map(..) => args.iter().map(|&a| self.splat(a)).collect(),
            _ => SmallVec::new(),
        };
        for (k, values) in all.iter_mut().enumerate() {
            let value = match *code {
                NodeCode::Map(op, computed) => {
                    let args: SmallVec<[Value; 3]> = splats
                        .iter()
                        .zip(args)
                        .map(|(splat, &a)| splat.unwrap_or_else(|| values[a as usize]))
                        .collect();
                    self.lanes.map(op, computed, *dtype, &args)
                }
                NodeCode::Load(place, Layout::Contiguous) => {
                    let (address, offset) = self.address(step, place, *dtype, first + k);
                    self.load(address, offset, *dtype, step.live)
                }
                _ => Value::reserved_value(),
            };
            values.push(value);
        }
    }

    /// The address of vector `copy` of a step, in two parts.
    fn address(
        &mut self,
        step: &mut Step,
        place: Place,
        dtype: DType,
        copy: usize,
    ) -> (Value, i32) {
        let known = step.columns.get(&place).copied();
        let address = known.unwrap_or_else(|| self.column(self.rows[&place], step.i, dtype));
        step.columns.insert(place, address);
        (address, (copy * self.lanes.lanes() * dtype.size()) as i32)
    }

    fn load(&mut self, address: Value, offset: i32, dtype: DType, live: Live) -> Value {
        if dtype == DType::Bool {
            return self.load_mask(address, offset, live);
        }
        let ty = self.lanes.value_type(dtype);
        match live {
            Live::All => self.lanes.b.ins().load(ty, flags(), address, offset),
            Live::One => {
                let lane = self.load_lane(ty.lane_type(), address, offset);
                self.lanes.bitcast(ty, lane)
            }
        }
    }

    /// A scalar in the lowest lane of a vector.
    fn load_lane(&mut self, ty: Type, address: Value, offset: i32) -> Value {
        let ins = self.lanes.b.ins();
        let (scalar, vector) = match ty {
            types::I8 => (ins.uload8(types::I32, flags(), address, offset), types::I32X4),
            types::I16 => (ins.uload16(types::I32, flags(), address, offset), types::I32X4),
            _ => (ins.load(ty, flags(), address, offset), ty.by(16 / ty.bytes()).expect("lanes")),
        };
        self.lanes.b.ins().scalar_to_vector(vector, scalar)
    }

    /// As many bytes as there are live lanes, widened to masks.
    fn load_mask(&mut self, address: Value, offset: i32, live: Live) -> Value {
        let (width, int) = (self.lanes.width, self.lanes.int_type());
        let zero = self.lanes.zero(int);
        let bytes = match (live, width) {
            (Live::All, 1) => self.lanes.b.ins().load(int, flags(), address, offset),
            (Live::One, _) => self.load_lane(types::I8, address, offset),
            (Live::All, 2) => self.load_lane(types::I64, address, offset),
            (Live::All, 4) => self.load_lane(types::I32, address, offset),
            (Live::All, _) => self.load_lane(types::I16, address, offset),
        };
        let bytes = self.lanes.bitcast(types::I8X16, bytes);
        let wide = if width == 1 { bytes } else { self.lanes.permute(bytes, spread(width)) };
        let wide = self.lanes.bitcast(int, wide);
        self.lanes.b.ins().icmp(IntCC::SignedGreaterThan, wide, zero)
    }

    fn store(&mut self, address: Value, offset: i32, dtype: DType, live: Live, value: Value) {
        if dtype == DType::Bool {
            return self.store_mask(address, offset, live, value);
        }
        let stored = match live {
            Live::All => value,
            Live::One => self.lanes.b.ins().extractlane(value, 0),
        };
        self.lanes.b.ins().store(flags(), stored, address, offset);
    }

    /// Masks narrowed to bytes 0 and 1.
    fn store_mask(&mut self, address: Value, offset: i32, live: Live, mask: Value) {
        let width = self.lanes.width;
        let bytes = self.lanes.bitcast(types::I8X16, mask);
        let ones = self.lanes.constant(types::I8X16, u128::MAX / 255);
        let bytes = self.lanes.b.ins().band(bytes, ones);
        let (width, live) = if live == Live::One { (16, live) } else { (width, live) };
        let bytes = match width {
            1 | 16 => bytes,
            width => self.lanes.permute(bytes, gather(width)),
        };
        let stored = match (width, live) {
            (1, _) => bytes,
            (16, _) => self.lanes.b.ins().extractlane(bytes, 0),
            (width, _) => {
                let vector = self.lanes.bitcast(int_vector(16 / width), bytes);
                self.lanes.b.ins().extractlane(vector, 0)
            }
        };
        self.lanes.b.ins().store(flags(), stored, address, offset);
    }

    fn block_with(&mut self, params: usize) -> Block {
        let block = self.lanes.b.create_block();
        for _ in 0..params {
            self.lanes.b.append_block_param(block, types::I64);
        }
        block
    }
}

/// Loads one element and puts it in every lane; a bool as a mask.
fn splat_load(
    mut cursor: FuncCursor<'_>,
    width: usize,
    pointer: Value,
    offset: i32,
    dtype: DType,
) -> Value {
    let int = int_vector(width);
    if dtype != DType::Bool {
        let ty = match dtype {
            DType::F32 => types::F32X4,
            DType::F64 => types::F64X2,
            _ => int,
        };
        let lane = cursor.ins().load(ty.lane_type(), flags(), pointer, offset);
        return cursor.ins().splat(ty, lane);
    }
    let byte = cursor.ins().load(types::I8, flags(), pointer, offset);
    let zero = cursor.ins().iconst(types::I8, 0);
    let truth = cursor.ins().icmp(IntCC::NotEqual, byte, zero);
    let lane = match width {
        1 => truth,
        _ => cursor.ins().uextend(int.lane_type(), truth),
    };
    let mask = cursor.ins().ineg(lane);
    cursor.ins().splat(int, mask)
}

/// The permutation that puts byte `k` in the lowest byte of lane `k`, zeros elsewhere.
fn spread(width: usize) -> [u8; 16] {
    std::array::from_fn(|i| if i % width == 0 { (i / width) as u8 } else { 0x80 })
}

/// The permutation that puts the lowest byte of lane `k` in byte `k`, zeros elsewhere.
fn gather(width: usize) -> [u8; 16] {
    std::array::from_fn(|i| if i < 16 / width { (i * width) as u8 } else { 0x80 })
}

fn block_args(values: impl Iterator<Item = Value>) -> Vec<BlockArg> {
    values.map(BlockArg::Value).collect()
}

/// Accesses do not trap and need no alignment.
fn flags() -> MemFlagsData {
    MemFlagsData::new().with_notrap()
}
