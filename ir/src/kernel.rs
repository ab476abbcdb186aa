//! Kernels: what one fused step computes for each index of its domain.
//!
//! A kernel is straight-line SSA over scalars. It knows neither shapes nor strides: operands are
//! numbered, and where their elements lie is said by the step that uses the kernel
//! ([`crate::plan`]). One kernel therefore serves every size.
//!
//! Invariants, checked by [`Kernel::verify`]:
//! - an argument stands before its user;
//! - operand and parameter numbers are in range;
//! - dtypes follow from the operator's rule, and every operand of a map but the condition of a
//!   select has the dtype computed in;
//! - the result exists.

use crate::dtype::{DType, Scalar};
use crate::eval;
use crate::op::{Dist, MapOp, Rule};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

/// An instruction of one [`Kernel`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InstId(pub u16);

/// Where an operand's elements come from.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Source {
    /// Elements of an array in memory.
    Memory,
    /// The operand's own linear element number, int64.
    Iota,
    /// The number that a distribution gives for the operand's linear element number. The
    /// arguments (seed, then the distribution's own) are parameters of the kernel.
    Random(Dist, SmallVec<[u16; 3]>),
}

/// An operand.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Operand {
    /// Its dtype.
    pub dtype: DType,
    /// Where its elements come from.
    pub source: Source,
}

/// What an instruction does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Code {
    /// The element of an operand at the current index.
    Load(u16),
    /// A scalar bound when the kernel runs.
    Param(u16),
    /// A scalar of the kernel.
    Const(Scalar),
    /// An elementwise operator.
    Map(MapOp),
}

/// One instruction.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Inst {
    /// What it does.
    pub code: Code,
    /// To what.
    pub args: SmallVec<[InstId; 3]>,
    /// The dtype of its value.
    pub dtype: DType,
}

/// A kernel: the value of `result` at each index.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Kernel {
    /// Operands.
    pub operands: Vec<Operand>,
    /// Dtypes of the scalars bound when it runs.
    pub params: Vec<DType>,
    /// Instructions.
    pub insts: Vec<Inst>,
    /// The value computed.
    pub result: InstId,
}

impl std::ops::Index<InstId> for Kernel {
    type Output = Inst;
    fn index(&self, id: InstId) -> &Inst {
        &self.insts[id.0 as usize]
    }
}

impl Kernel {
    /// The dtype of the result.
    pub fn dtype(&self) -> DType {
        self[self.result].dtype
    }

    /// The operators of the kernel: how many instructions are neither load nor scalar.
    pub fn operations(&self) -> usize {
        self.insts.iter().filter(|i| matches!(i.code, Code::Map(_))).count()
    }

    /// Checks the invariants.
    pub fn verify(&self) -> Result<(), String> {
        if self.insts.len() > u16::MAX as usize {
            return Err("too many instructions".into());
        }
        if self.result.0 as usize >= self.insts.len() {
            return Err("the result does not exist".into());
        }
        for o in &self.operands {
            if let Source::Random(_, args) = &o.source
                && args.iter().any(|&a| a as usize >= self.params.len())
            {
                return Err("an argument of a distribution does not exist".into());
            }
        }
        for (i, inst) in self.insts.iter().enumerate() {
            self.verify_inst(i, inst).map_err(|e| format!("%{i}: {e}"))?;
        }
        Ok(())
    }

    fn verify_inst(&self, i: usize, inst: &Inst) -> Result<(), String> {
        if inst.args.iter().any(|a| a.0 as usize >= i) {
            return Err("an argument stands after its user".into());
        }
        let args: SmallVec<[DType; 3]> = inst.args.iter().map(|&a| self[a].dtype).collect();
        let expected = match inst.code {
            Code::Load(o) => {
                self.operands.get(o as usize).map(|o| o.dtype).ok_or("no such operand")?
            }
            Code::Param(p) => *self.params.get(p as usize).ok_or("no such parameter")?,
            Code::Const(s) => s.dtype,
            Code::Map(op) => return verify_map(op, &args, inst.dtype),
        };
        if !args.is_empty() {
            return Err("a leaf has arguments".into());
        }
        if expected != inst.dtype {
            return Err(format!("{expected} expected, {} found", inst.dtype));
        }
        Ok(())
    }

    /// The oracle: the value of the result at one index. `load(operand)` gives the element of a
    /// memory operand, `linear(operand)` the linear element number of a generated one.
    pub fn evaluate(
        &self,
        params: &[Scalar],
        load: &mut dyn FnMut(usize) -> Scalar,
        linear: &mut dyn FnMut(usize) -> u64,
    ) -> Scalar {
        let mut values: Vec<Scalar> = Vec::with_capacity(self.insts.len());
        for inst in &self.insts {
            let value = match inst.code {
                Code::Param(p) => params[p as usize],
                Code::Const(s) => s,
                Code::Map(op) => {
                    let args: SmallVec<[Scalar; 3]> =
                        inst.args.iter().map(|a| values[a.0 as usize]).collect();
                    eval::apply(op, &args, inst.dtype)
                }
                Code::Load(o) => match &self.operands[o as usize].source {
                    Source::Memory => load(o as usize),
                    Source::Iota => Scalar::int(linear(o as usize) as i64),
                    Source::Random(dist, args) => {
                        let scalars: SmallVec<[Scalar; 3]> =
                            args.iter().map(|&a| params[a as usize]).collect();
                        crate::oracle::random(*dist, inst.dtype, &scalars, linear(o as usize))
                    }
                },
            };
            values.push(value);
        }
        values[self.result.0 as usize]
    }
}

fn verify_map(op: MapOp, args: &[DType], result: DType) -> Result<(), String> {
    let row = op.row();
    if args.len() != row.arity as usize {
        return Err(format!("{} takes {} operands", row.name, row.arity));
    }
    let computed: &[DType] = if row.rule == Rule::Select { &args[1..] } else { args };
    if row.rule == Rule::Select && args[0] != DType::Bool {
        return Err("the condition of a select is not bool".into());
    }
    if computed.iter().any(|&d| d != computed[0]) {
        return Err(format!("{} of different dtypes", row.name));
    }
    if row.rule == Rule::Cast {
        return Ok(());
    }
    let (compute, out) = op.dtypes(computed)?;
    if compute != computed[0] || out != result {
        return Err(format!("{} of {} does not give {result}", row.name, computed[0]));
    }
    Ok(())
}

impl std::fmt::Display for Kernel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, inst) in self.insts.iter().enumerate() {
            write!(f, "  %{i}: {} = ", inst.dtype)?;
            match &inst.code {
                Code::Load(o) => match &self.operands[*o as usize].source {
                    Source::Memory => write!(f, "load #{o}")?,
                    Source::Iota => write!(f, "iota #{o}")?,
                    Source::Random(dist, _) => {
                        write!(f, "random #{o} {}", format!("{dist:?}").to_lowercase())?
                    }
                },
                Code::Param(p) => write!(f, "param {p}")?,
                Code::Const(s) => write!(f, "const {s:?}")?,
                Code::Map(op) => write!(f, "{}", op.row().name)?,
            }
            for a in &inst.args {
                write!(f, " %{}", a.0)?;
            }
            writeln!(f)?;
        }
        writeln!(f, "  result %{}", self.result.0)
    }
}

/// Builds a kernel, giving equal instructions one number.
#[derive(Default)]
pub struct KernelBuilder {
    operands: Vec<Operand>,
    params: Vec<DType>,
    insts: Vec<Inst>,
    known: rustc_hash::FxHashMap<Inst, InstId>,
}

impl KernelBuilder {
    /// A new operand's number.
    pub fn operand(&mut self, dtype: DType, source: Source) -> u16 {
        self.operands.push(Operand { dtype, source });
        (self.operands.len() - 1) as u16
    }

    /// A new parameter's number.
    pub fn param(&mut self, dtype: DType) -> u16 {
        self.params.push(dtype);
        (self.params.len() - 1) as u16
    }

    /// The instruction with these parts, old or new.
    pub fn inst(&mut self, code: Code, args: &[InstId], dtype: DType) -> InstId {
        let inst = Inst { code, args: args.into(), dtype };
        if let Some(&id) = self.known.get(&inst) {
            return id;
        }
        let id = InstId(self.insts.len() as u16);
        self.known.insert(inst.clone(), id);
        self.insts.push(inst);
        id
    }

    /// How many instructions there are.
    pub fn len(&self) -> usize {
        self.insts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.insts.is_empty()
    }

    /// Ends building.
    pub fn finish(self, result: InstId) -> Kernel {
        Kernel { operands: self.operands, params: self.params, insts: self.insts, result }
    }
}
