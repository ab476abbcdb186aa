//! Native operators as vector instructions.
//!
//! Every value is a 128-bit vector: floats and integers of the segment's lane width, bools as masks
//! (all ones, all zeros) of that width. What an operator computes on a lane is
//! [`arr_ir::eval`]; lanes never trap, so that lanes without an element do no harm.

use arr_ir::dtype::{DType, Kind};
use arr_ir::op::MapOp;
use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{
    ConstantData, Endianness, Inst, InstBuilder, MemFlagsData, Type, Value, types,
};
use cranelift_frontend::FunctionBuilder;
use rustc_hash::FxHashMap;

/// A function under construction, and the constants hoisted in front of its loops.
pub struct Lanes<'f> {
    /// The builder.
    pub b: FunctionBuilder<'f>,
    /// Bytes of a lane.
    pub width: usize,
    /// The last instruction in front of the loops.
    anchor: Option<Inst>,
    constants: FxHashMap<(Type, u128), Value>,
}

impl<'f> Lanes<'f> {
    /// Vectors of lanes of `width` bytes.
    pub fn new(b: FunctionBuilder<'f>, width: usize) -> Lanes<'f> {
        Lanes { b, width, anchor: None, constants: FxHashMap::default() }
    }

    /// Says where constants are put from now on.
    pub fn set_anchor(&mut self, anchor: Inst) {
        self.anchor = Some(anchor);
    }

    /// A cursor in front of the loops.
    pub fn front(&mut self) -> FuncCursor<'_> {
        let anchor = self.anchor.expect("the anchor is set before code is made");
        FuncCursor::new(self.b.func).at_inst(anchor)
    }

    /// A cursor at the end of the current block.
    pub fn here(&mut self) -> FuncCursor<'_> {
        self.b.ensure_inserted_block();
        let block = self.b.current_block().expect("a block is open");
        FuncCursor::new(self.b.func).at_bottom(block)
    }

    /// Elements of a vector.
    pub fn lanes(&self) -> usize {
        16 / self.width
    }

    /// The vector of integers, which is also that of masks.
    pub fn int_type(&self) -> Type {
        int_vector(self.width)
    }

    /// The vector that holds values of a dtype.
    pub fn value_type(&self, dtype: DType) -> Type {
        match dtype {
            DType::F32 => types::F32X4,
            DType::F64 => types::F64X2,
            _ => self.int_type(),
        }
    }

    /// A vector constant by its bits.
    pub fn constant(&mut self, ty: Type, bits: u128) -> Value {
        if let Some(&value) = self.constants.get(&(ty, bits)) {
            return value;
        }
        let data = ConstantData::from(bits.to_le_bytes().as_slice());
        let handle = self.b.func.dfg.constants.insert(data);
        let value = self.front().ins().vconst(ty, handle);
        self.constants.insert((ty, bits), value);
        value
    }

    /// The same lane in all lanes.
    pub fn splat_bits(&mut self, ty: Type, lane: u64) -> Value {
        self.constant(ty, self.repeated(lane))
    }

    /// As [`Lanes::splat_bits`], made where it is used.
    pub fn splat_here(&mut self, ty: Type, lane: u64) -> Value {
        let data = ConstantData::from(self.repeated(lane).to_le_bytes().as_slice());
        let handle = self.b.func.dfg.constants.insert(data);
        self.b.ins().vconst(ty, handle)
    }

    fn repeated(&self, lane: u64) -> u128 {
        let bits = self.width as u32 * 8;
        let lane = lane as u128 & (u128::MAX >> (128 - bits));
        (0..self.lanes() as u32).fold(0, |all, i| all | lane << (i * bits))
    }

    /// All lanes 0.
    pub fn zero(&mut self, ty: Type) -> Value {
        self.constant(ty, 0)
    }

    /// The bits as another type of vector.
    pub fn bitcast(&mut self, ty: Type, value: Value) -> Value {
        if self.b.func.dfg.value_type(value) == ty {
            return value;
        }
        let flags = MemFlagsData::new().with_endianness(Endianness::Little);
        self.b.ins().bitcast(ty, flags, value)
    }

    /// Byte `i` is byte `table[i]`, or 0 where the table has its high bit set.
    pub fn permute(&mut self, bytes: Value, table: [u8; 16]) -> Value {
        let table = self.constant(types::I8X16, u128::from_le_bytes(table));
        if cfg!(target_arch = "x86_64") {
            self.b.ins().x86_pshufb(bytes, table)
        } else {
            self.b.ins().swizzle(bytes, table)
        }
    }

    /// An operator computed in `computed` with a result of `dtype`.
    pub fn map(&mut self, op: MapOp, computed: DType, dtype: DType, args: &[Value]) -> Value {
        match op {
            MapOp::Select => self.select(args[0], args[1], args[2]),
            MapOp::Cast => self.cast(computed, dtype, args[0]),
            _ => match computed.kind() {
                Kind::Bool => self.masks(op, args),
                Kind::Float => self.floats(op, computed, args),
                kind => self.integers(op, kind == Kind::Signed, args),
            },
        }
    }

    fn select(&mut self, mask: Value, yes: Value, no: Value) -> Value {
        let ty = self.b.func.dfg.value_type(yes);
        let mask = self.bitcast(ty, mask);
        self.b.ins().bitselect(mask, yes, no)
    }

    fn cast(&mut self, from: DType, to: DType, a: Value) -> Value {
        match (from, to) {
            (DType::Bool, to) => {
                let one = arr_ir::dtype::Scalar::bool(true).cast(to).bits as u64;
                let int = self.int_type();
                let one = self.splat_bits(int, one);
                let bits = self.b.ins().band(a, one);
                self.bitcast(self.value_type(to), bits)
            }
            (from, DType::Bool) => {
                let falsy = self.map(MapOp::Not, from, DType::Bool, &[a]);
                self.b.ins().bnot(falsy)
            }
            (DType::I32, DType::F32) => self.b.ins().fcvt_from_sint(types::F32X4, a),
            (DType::F32, DType::I32) => self.b.ins().fcvt_to_sint_sat(types::I32X4, a),
            _ => unreachable!("a cast from {from} to {to} is a call"),
        }
    }

    fn masks(&mut self, op: MapOp, args: &[Value]) -> Value {
        use MapOp::*;
        let a = args[0];
        if args.len() == 1 {
            return match op {
                Invert | Not => self.b.ins().bnot(a),
                _ => unreachable!("{op:?} of a bool"),
            };
        }
        let b = args[1];
        let ins = self.b.ins();
        match op {
            Add | Max | BitOr => ins.bor(a, b),
            Mul | Min | BitAnd => ins.band(a, b),
            BitXor | Ne => ins.bxor(a, b),
            Gt => ins.band_not(a, b),
            Lt => ins.band_not(b, a),
            Eq => {
                let differ = ins.bxor(a, b);
                self.b.ins().bnot(differ)
            }
            Ge => {
                let less = ins.band_not(b, a);
                self.b.ins().bnot(less)
            }
            Le => {
                let greater = ins.band_not(a, b);
                self.b.ins().bnot(greater)
            }
            _ => unreachable!("{op:?} of bools"),
        }
    }

    fn integers(&mut self, op: MapOp, signed: bool, args: &[Value]) -> Value {
        use MapOp::*;
        let a = args[0];
        let b = *args.last().expect("an operand");
        if let Some(cc) = int_condition(op, signed) {
            return self.b.ins().icmp(cc, a, b);
        }
        match op {
            Add => self.b.ins().iadd(a, b),
            Sub => self.b.ins().isub(a, b),
            Mul => self.b.ins().imul(a, b),
            BitAnd => self.b.ins().band(a, b),
            BitOr => self.b.ins().bor(a, b),
            BitXor => self.b.ins().bxor(a, b),
            Invert => self.b.ins().bnot(a),
            Neg => self.b.ins().ineg(a),
            Abs => self.b.ins().iabs(a),
            Min | Max => self.integer_extreme(op, signed, a, b),
            Not => {
                let zero = self.zero(self.int_type());
                self.b.ins().icmp(IntCC::Equal, a, zero)
            }
            Signbit => {
                let zero = self.zero(self.int_type());
                self.b.ins().icmp(IntCC::SignedLessThan, a, zero)
            }
            _ => unreachable!("{op:?} of integers"),
        }
    }

    /// There is no instruction for lanes of 64 bits.
    fn integer_extreme(&mut self, op: MapOp, signed: bool, a: Value, b: Value) -> Value {
        let min = op == MapOp::Min;
        if self.width == 8 {
            let less = if min { MapOp::Lt } else { MapOp::Gt };
            let cc = int_condition(less, signed).expect("a comparison");
            let first = self.b.ins().icmp(cc, a, b);
            return self.b.ins().bitselect(first, a, b);
        }
        match (min, signed) {
            (true, true) => self.b.ins().smin(a, b),
            (true, false) => self.b.ins().umin(a, b),
            (false, true) => self.b.ins().smax(a, b),
            (false, false) => self.b.ins().umax(a, b),
        }
    }

    fn floats(&mut self, op: MapOp, dtype: DType, args: &[Value]) -> Value {
        use MapOp::*;
        let a = args[0];
        let b = *args.last().expect("an operand");
        if let Some(cc) = float_condition(op) {
            return self.b.ins().fcmp(cc, a, b);
        }
        let ty = self.value_type(dtype);
        let sign = 1u64 << (self.width * 8 - 1);
        match op {
            Add => self.b.ins().fadd(a, b),
            Sub => self.b.ins().fsub(a, b),
            Mul => self.b.ins().fmul(a, b),
            Div => self.b.ins().fdiv(a, b),
            Sqrt => self.b.ins().sqrt(a),
            Floor => self.b.ins().floor(a),
            Ceil => self.b.ins().ceil(a),
            Round => self.b.ins().nearest(a),
            Trunc => self.b.ins().trunc(a),
            Min => self.float_min(a, b),
            Max => self.float_max(a, b),
            Neg => {
                let sign = self.splat_bits(ty, sign);
                self.b.ins().bxor(a, sign)
            }
            Abs => self.float_abs(ty, a),
            Not => {
                let zero = self.zero(ty);
                self.b.ins().fcmp(FloatCC::Equal, a, zero)
            }
            IsNan => self.b.ins().fcmp(FloatCC::Unordered, a, a),
            IsInf | IsFinite => {
                let infinity = if dtype == DType::F32 { 0x7f80_0000 } else { 0x7ff0 << 48 };
                let infinity = self.splat_bits(ty, infinity);
                let magnitude = self.float_abs(ty, a);
                let cc = if op == IsInf { FloatCC::Equal } else { FloatCC::LessThan };
                self.b.ins().fcmp(cc, magnitude, infinity)
            }
            Signbit => {
                let bits = self.bitcast(self.int_type(), a);
                let zero = self.zero(self.int_type());
                self.b.ins().icmp(IntCC::SignedLessThan, bits, zero)
            }
            _ => unreachable!("{op:?} of floats"),
        }
    }

    fn float_abs(&mut self, ty: Type, a: Value) -> Value {
        let magnitude = self.splat_bits(ty, !(1u64 << (self.width * 8 - 1)));
        self.b.ins().band(a, magnitude)
    }

    /// `a < b ? a : b`, which is one instruction.
    fn lesser(&mut self, a: Value, b: Value) -> Value {
        let ty = self.b.func.dfg.value_type(a);
        let less = self.b.ins().fcmp(FloatCC::LessThan, a, b);
        let less = self.bitcast(ty, less);
        self.b.ins().bitselect(less, a, b)
    }

    /// `b < a ? a : b`, which is one instruction.
    fn greater(&mut self, a: Value, b: Value) -> Value {
        let ty = self.b.func.dfg.value_type(a);
        let less = self.b.ins().fcmp(FloatCC::LessThan, b, a);
        let less = self.bitcast(ty, less);
        self.b.ins().bitselect(less, a, b)
    }

    /// Both orders agree but for zeros of different sign, where "or" keeps the minus, and NaN.
    fn float_min(&mut self, a: Value, b: Value) -> Value {
        let first = self.lesser(a, b);
        let second = self.lesser(b, a);
        let either = self.b.ins().bor(first, second);
        self.nan_of_operands(a, b, either)
    }

    /// Both orders agree but for zeros of different sign, where "and" drops the minus, and NaN.
    fn float_max(&mut self, a: Value, b: Value) -> Value {
        let first = self.greater(a, b);
        let second = self.greater(b, a);
        let either = self.b.ins().band(first, second);
        self.nan_of_operands(a, b, either)
    }

    /// `a + b` where either is a NaN, so that the NaN keeps its sign; else `value`.
    fn nan_of_operands(&mut self, a: Value, b: Value, value: Value) -> Value {
        let ty = self.b.func.dfg.value_type(a);
        let nan = self.b.ins().fcmp(FloatCC::Unordered, a, b);
        let nan = self.bitcast(ty, nan);
        let sum = self.b.ins().fadd(a, b);
        self.b.ins().bitselect(nan, sum, value)
    }
}

/// The vector of integer lanes of so many bytes.
pub fn int_vector(width: usize) -> Type {
    match width {
        1 => types::I8X16,
        2 => types::I16X8,
        4 => types::I32X4,
        8 => types::I64X2,
        _ => unreachable!("lanes of {width} bytes"),
    }
}

fn int_condition(op: MapOp, signed: bool) -> Option<IntCC> {
    let (cc, unsigned) = match op {
        MapOp::Eq => return Some(IntCC::Equal),
        MapOp::Ne => return Some(IntCC::NotEqual),
        MapOp::Lt => (IntCC::SignedLessThan, IntCC::UnsignedLessThan),
        MapOp::Le => (IntCC::SignedLessThanOrEqual, IntCC::UnsignedLessThanOrEqual),
        MapOp::Gt => (IntCC::SignedGreaterThan, IntCC::UnsignedGreaterThan),
        MapOp::Ge => (IntCC::SignedGreaterThanOrEqual, IntCC::UnsignedGreaterThanOrEqual),
        _ => return None,
    };
    Some(if signed { cc } else { unsigned })
}

fn float_condition(op: MapOp) -> Option<FloatCC> {
    Some(match op {
        MapOp::Eq => FloatCC::Equal,
        MapOp::Ne => FloatCC::NotEqual,
        MapOp::Lt => FloatCC::LessThan,
        MapOp::Le => FloatCC::LessThanOrEqual,
        MapOp::Gt => FloatCC::GreaterThan,
        MapOp::Ge => FloatCC::GreaterThanOrEqual,
        _ => return None,
    })
}
