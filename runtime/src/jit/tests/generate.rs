//! Seeded elements and kernels.

use super::*;

/// A small generator (splitmix64).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.bits() % n as u64) as usize
    }

    pub fn edge(&mut self) -> Edge {
        [Edge::Start, Edge::End][self.below(2)]
    }

    /// Special values, small values, any bits.
    pub fn element(&mut self, dtype: DType) -> Scalar {
        const FLOATS: [f64; 20] = [
            0.0,
            -0.0,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            1.0,
            -1.0,
            0.5,
            -0.5,
            1.5,
            2.5,
            -2.5,
            5e-324,
            1e-40,
            -1e-40,
            f64::MIN_POSITIVE,
            f64::MAX,
            f64::MIN,
            4503599627370496.5,
            -2147483648.5,
        ];
        match (dtype.kind(), self.below(3)) {
            (Kind::Bool, _) => Scalar::bool(self.bits() & 1 != 0),
            (Kind::Float, 0) => {
                let i = self.below(FLOATS.len());
                Scalar::float(FLOATS[i]).cast(dtype)
            }
            (Kind::Float, 1) => Scalar::from_f64(self.bits() as i32 as f64 / 65536.0, dtype),
            (_, 0) => {
                let (low, high) = dtype.int_range().unwrap_or((0, 1));
                let special = [low, high, 0, 1, -1, low + 1, high - 1, 2, 31, 64];
                Scalar::from_i128(special[self.below(special.len())], dtype)
            }
            (_, 1) => Scalar::from_i128(self.below(41) as i128 - 20, dtype),
            _ => {
                let bits = self.bits() as u128 & (u128::MAX >> (128 - 8 * dtype.size()));
                Scalar { dtype, bits }
            }
        }
    }

    /// A kernel of up to 60 operators over mixed dtypes, and layouts for its operands.
    pub fn kernel(&mut self) -> (Kernel, Vec<Layout>) {
        let mut b = KernelBuilder::default();
        let mut values: Vec<(InstId, DType)> = Vec::new();
        let mut layouts = Vec::new();
        for _ in 0..1 + self.below(4) {
            let dtype = REAL[self.below(11)];
            let operand = b.operand(dtype, Source::Memory);
            values.push((b.inst(Code::Load(operand), &[], dtype), dtype));
            layouts.push(LAYOUTS[self.below(4)]);
        }
        for _ in 0..self.below(3) {
            let dtype = REAL[self.below(11)];
            let param = b.param(dtype);
            values.push((b.inst(Code::Param(param), &[], dtype), dtype));
            let constant = self.element(dtype);
            values.push((b.inst(Code::Const(constant), &[], dtype), dtype));
        }
        for _ in 0..1 + self.below(60) {
            let value = self.operation(&mut b, &values);
            values.push(value);
        }
        let result = values[values.len() - 1].0;
        (b.finish(result), layouts)
    }

    /// A random operator on values, most often recent ones.
    fn operation(&mut self, b: &mut KernelBuilder, values: &[(InstId, DType)]) -> (InstId, DType) {
        loop {
            let row = &ROWS[self.below(ROWS.len())];
            let (first, dtype) = self.pick(values);
            if row.rule == Rule::Cast {
                let to = REAL[self.below(11)];
                return (b.inst(Code::Map(row.op), &[first], to), to);
            }
            let operands = [dtype, dtype];
            let typed = row.op.dtypes(&operands[..(row.arity as usize).min(2)]);
            let Ok((computed, result)) = typed else { continue };
            // The sign of a NaN is nobody's promise, so nothing may look at it here.
            let looks = matches!(row.op, MapOp::Signbit | MapOp::Copysign);
            if computed != dtype || looks && dtype.kind() == Kind::Float {
                continue;
            }
            let mut args = vec![first];
            while args.len() < row.arity as usize {
                args.push(self.pick_as(b, values, dtype));
            }
            if row.rule == Rule::Select {
                args[0] = self.pick_as(b, values, DType::Bool);
            }
            return (b.inst(Code::Map(row.op), &args, result), result);
        }
    }

    fn pick(&mut self, values: &[(InstId, DType)]) -> (InstId, DType) {
        let recent = values.len().min(6);
        match self.below(3) {
            0 => values[self.below(values.len())],
            _ => values[values.len() - 1 - self.below(recent)],
        }
    }

    /// A value of this dtype, cast if need be.
    fn pick_as(
        &mut self,
        b: &mut KernelBuilder,
        values: &[(InstId, DType)],
        dtype: DType,
    ) -> InstId {
        let same: Vec<InstId> = values.iter().filter(|v| v.1 == dtype).map(|v| v.0).collect();
        if !same.is_empty() && self.below(4) != 0 {
            return same[self.below(same.len())];
        }
        match self.pick(values) {
            (value, of) if of == dtype => value,
            (value, _) => b.inst(Code::Map(MapOp::Cast), &[value], dtype),
        }
    }
}
