//! The compiler of kernels, and the programs it has made.
//!
//! A program is compiled once per kernel and layouts, compared structurally. Its code depends on
//! nothing else but the processor and the options of [`Compiler::new`], which are those of the
//! process; it is never written to disk. Memory of code is writable while it is filled and
//! executable after, never both, and stays until the compiler and all programs are gone.
#![allow(unsafe_code, reason = "the address of finished code becomes a function")]

use super::codegen::{self, Folding};
use super::lint;
use super::lower::{Lowered, Stage, lower};
use super::program::{Entry, JitSegment, Lane, Layout, Program, ResultPlace, TileCall, TileStep};
use super::tiles::{Level, fold::fold};
use arr_ir::kernel::Kernel;
use arr_ir::op::FoldOp;
use cranelift_codegen::Context;
use cranelift_codegen::isa::TargetFrontendConfig;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::FunctionBuilderContext;
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{FuncId, Module};
use rustc_hash::{FxBuildHasher, FxHashMap};
use smallvec::SmallVec;
use std::fmt::Write as _;
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Why a kernel has no program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum JitError {
    /// There is no routine for this; the reference interpreter may have one.
    Unsupported(&'static str),
    /// The kernel or the layouts break their invariants.
    Invalid(String),
    /// The code generator refused, which is a defect of this module.
    Codegen(String),
}

impl std::fmt::Display for JitError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            JitError::Unsupported(what) => write!(f, "no code for {what} of these elements"),
            JitError::Invalid(why) => write!(f, "invalid kernel: {why}"),
            JitError::Codegen(why) => write!(f, "code generation failed: {why}"),
        }
    }
}

impl std::error::Error for JitError {}

/// What a compiler has done so far.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct JitStats {
    /// Programs compiled.
    pub programs: usize,
    /// Requests answered by a program compiled before.
    pub hits: usize,
    /// Seconds spent compiling.
    pub seconds: f64,
    /// Instructions of the kernels compiled.
    pub instructions: usize,
    /// Bytes of machine code.
    pub code_bytes: usize,
}

/// Compiles kernels and keeps their programs.
pub struct Compiler {
    state: Mutex<Result<State, String>>,
}

/// The memory that code lies in. Whoever may run the code holds it.
pub(super) struct Code(Mutex<Option<JITModule>>);

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Code")
    }
}

impl Code {
    /// Calls a function with the module; it is there until this is dropped.
    fn with<T>(&self, f: impl FnOnce(&mut JITModule) -> T) -> T {
        let mut module = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        f(module.as_mut().expect("taken by drop alone"))
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        let module = self.0.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(module) = module {
            // SAFETY: the compiler and every program with an address of this code are gone.
            unsafe { module.free_memory() };
        }
    }
}

struct State {
    code: Arc<Code>,
    context: Context,
    builder: FunctionBuilderContext,
    /// By the hash of the key.
    programs: FxHashMap<u64, SmallVec<[Known; 1]>>,
    stats: JitStats,
}

/// A program and what it was compiled from.
type Known = ((Kernel, Vec<Layout>, Option<FoldOp>), Arc<Program>);

impl Default for Compiler {
    fn default() -> Compiler {
        Compiler::new()
    }
}

impl Compiler {
    /// A compiler for this processor. When there is none, every request fails.
    pub fn new() -> Compiler {
        Compiler { state: Mutex::new(State::new(false)) }
    }

    /// A compiler that checks every register allocation, which doubles its time.
    #[cfg(test)]
    pub(super) fn checked() -> Compiler {
        Compiler { state: Mutex::new(State::new(true)) }
    }

    /// The program of a kernel whose operands lie in these layouts.
    pub fn program(&self, kernel: &Kernel, layouts: &[Layout]) -> Result<Arc<Program>, JitError> {
        self.with(|state| state.program(kernel, layouts, None))
    }

    /// The same, with the code that folds rows in registers ([`Program::fold`]), if there can be any.
    pub fn folding(
        &self,
        kernel: &Kernel,
        layouts: &[Layout],
        op: FoldOp,
    ) -> Result<Arc<Program>, JitError> {
        self.with(|state| state.program(kernel, layouts, Some(op)))
    }

    /// What has been done so far.
    pub fn stats(&self) -> JitStats {
        self.with(|state| Ok(state.stats)).unwrap_or_default()
    }

    /// A listing of a kernel's steps, segments in Cranelift's IR.
    pub fn clif(&self, kernel: &Kernel, layouts: &[Layout]) -> String {
        self.listing(kernel, layouts, |state| Ok(state.context.func.display().to_string()))
    }

    /// A listing of a kernel's steps, segments in machine code.
    pub fn asm(&self, kernel: &Kernel, layouts: &[Layout]) -> String {
        self.listing(kernel, layouts, State::assembly)
    }

    fn listing(
        &self,
        kernel: &Kernel,
        layouts: &[Layout],
        show: impl Fn(&mut State) -> Result<String, JitError>,
    ) -> String {
        self.with(|state| state.listing(kernel, layouts, show)).unwrap_or_else(|e| e.to_string())
    }

    fn with<T>(&self, f: impl FnOnce(&mut State) -> Result<T, JitError>) -> Result<T, JitError> {
        let mut guard = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *guard {
            Ok(state) => f(state),
            Err(why) => Err(JitError::Codegen(why.clone())),
        }
    }
}

impl State {
    fn new(checked: bool) -> Result<State, String> {
        let mut flags = settings::builder();
        for (name, value) in [
            ("opt_level", "none"),
            ("is_pic", "false"),
            ("use_colocated_libcalls", "false"),
            ("unwind_info", "false"),
            ("enable_probestack", "false"),
            ("enable_verifier", "true"),
            ("regalloc_checker", if checked { "true" } else { "false" }),
        ] {
            flags.set(name, value).map_err(|e| e.to_string())?;
        }
        let isa = cranelift_native::builder()?
            .finish(settings::Flags::new(flags))
            .map_err(|e| e.to_string())?;
        let names = cranelift_module::default_libcall_names();
        let module = JITModule::new(JITBuilder::with_isa(isa, names));
        Ok(State {
            context: module.make_context(),
            code: Arc::new(Code(Mutex::new(Some(module)))),
            builder: FunctionBuilderContext::new(),
            programs: FxHashMap::default(),
            stats: JitStats::default(),
        })
    }

    fn program(
        &mut self,
        kernel: &Kernel,
        layouts: &[Layout],
        op: Option<FoldOp>,
    ) -> Result<Arc<Program>, JitError> {
        let hash = FxBuildHasher.hash_one((kernel, layouts, op));
        let known = self.programs.get(&hash).into_iter().flatten();
        for ((k, l, o), program) in known {
            if k == kernel && l == layouts && *o == op {
                self.stats.hits += 1;
                return Ok(program.clone());
            }
        }
        let start = Instant::now();
        let lowered = lower(kernel, layouts)?;
        let fold = op.map(|op| self.fold(&lowered, kernel, op)).transpose()?.flatten();
        let program = Program { fold, ..self.compile(lowered, kernel)? };
        let program = Arc::new(program);
        self.stats.seconds += start.elapsed().as_secs_f64();
        self.stats.programs += 1;
        self.stats.instructions += kernel.insts.len();
        let key = (kernel.clone(), layouts.to_vec(), op);
        self.programs.entry(hash).or_default().push((key, program.clone()));
        Ok(program)
    }

    fn compile(&mut self, lowered: Lowered, kernel: &Kernel) -> Result<Program, JitError> {
        let first_slot = 1 + kernel.operands.len();
        let mut segments = Vec::new();
        for stage in &lowered.stages {
            if let Stage::Segment(segment) = stage {
                self.build(segment, first_slot)?;
                segments.push((self.define()?, segment.operations()));
            }
        }
        self.code.with(|module| module.finalize_definitions().map_err(codegen_error))?;
        let mut segments = segments.into_iter();
        let mut steps = Vec::with_capacity(lowered.stages.len());
        for stage in &lowered.stages {
            steps.push(match stage {
                Stage::Segment(_) => {
                    let ((id, code_bytes), operations) = segments.next().expect("built above");
                    TileStep::Jit(JitSegment { entry: self.entry(id), operations, code_bytes })
                }
                Stage::Call { .. } => TileStep::Call(tile_call(stage)),
            });
        }
        Ok(assemble(lowered, kernel, steps, self.code.clone()))
    }

    /// The code that folds the rows of a kernel that is one segment.
    fn fold(
        &mut self,
        lowered: &Lowered,
        kernel: &Kernel,
        op: FoldOp,
    ) -> Result<Option<Entry>, JitError> {
        let [Stage::Segment(segment)] = &lowered.stages[..] else { return Ok(None) };
        let Some(routines) = fold(op, kernel.dtype(), Level::Baseline) else { return Ok(None) };
        if !codegen::foldable(segment, op) {
            return Ok(None);
        }
        let folding = Folding { op, identity: u64::from_le_bytes(routines.identity) };
        let target = self.start();
        let (function, operands) = (&mut self.context.func, kernel.operands.len());
        codegen::build_fold(segment, folding, operands, function, &mut self.builder, target);
        lint::check(&self.context.func).map_err(JitError::Codegen)?;
        let (id, _) = self.define()?;
        self.code.with(|module| module.finalize_definitions().map_err(codegen_error))?;
        Ok(Some(self.entry(id)))
    }

    /// Makes the IR of a segment, verified and checked.
    fn build(
        &mut self,
        segment: &super::lower::Segment,
        first_slot: usize,
    ) -> Result<(), JitError> {
        let target = self.start();
        codegen::build(segment, first_slot, &mut self.context.func, &mut self.builder, target);
        lint::check(&self.context.func).map_err(JitError::Codegen)
    }

    /// Starts the IR of a segment.
    fn start(&mut self) -> TargetFrontendConfig {
        let (convention, target) = self.code.with(|module| {
            module.clear_context(&mut self.context);
            (module.isa().default_call_conv(), module.isa().frontend_config())
        });
        self.context.func.signature = codegen::signature(convention);
        target
    }

    /// Compiles the IR into the module: the function and the bytes of its code.
    fn define(&mut self) -> Result<(FuncId, usize), JitError> {
        let context = &mut self.context;
        let define = |module: &mut JITModule| {
            let signature = &context.func.signature;
            let id = module.declare_anonymous_function(signature).map_err(codegen_error)?;
            module.define_function(id, context).map_err(codegen_error)?;
            Ok(id)
        };
        let id = self.code.with(define)?;
        let code = self.context.compiled_code().map_or(0, |c| c.code_info().total_size as usize);
        self.stats.code_bytes += code;
        Ok((id, code))
    }

    /// The code of a finished function.
    fn entry(&self, id: FuncId) -> Entry {
        let address = self.code.with(|module| module.get_finalized_function(id));
        // SAFETY: the function was compiled with the signature and the calling convention of
        // `Entry`, is finished, and its memory lives as long as the program with this address.
        unsafe { std::mem::transmute::<*const u8, Entry>(address) }
    }

    fn assembly(&mut self) -> Result<String, JitError> {
        self.context.set_disasm(true);
        let mut control = Default::default();
        let context = &mut self.context;
        self.code.with(|module| {
            let compiled = context
                .compile(module.isa(), &mut control)
                .map_err(|e| JitError::Codegen(format!("{:?}", e.inner)))?;
            Ok(compiled.vcode.clone().unwrap_or_default())
        })
    }

    fn listing(
        &mut self,
        kernel: &Kernel,
        layouts: &[Layout],
        show: impl Fn(&mut State) -> Result<String, JitError>,
    ) -> Result<String, JitError> {
        let mut text = String::new();
        for (i, stage) in lower(kernel, layouts)?.stages.iter().enumerate() {
            let _ = match stage {
                Stage::Segment(segment) => {
                    self.build(segment, 1 + kernel.operands.len())?;
                    let code = show(self)?;
                    writeln!(text, "step {i}: segment of {}-byte lanes\n{code}", segment.width)
                }
                Stage::Call { name, dst, args, .. } => {
                    let args: Vec<String> =
                        args.iter().map(|(p, d)| format!("{p:?}: {d}")).collect();
                    writeln!(
                        text,
                        "step {i}: {name}({}) -> {:?}: {}",
                        args.join(", "),
                        dst.0,
                        dst.1
                    )
                }
            };
        }
        self.code.with(|module| module.clear_context(&mut self.context));
        Ok(text)
    }
}

fn codegen_error(e: cranelift_module::ModuleError) -> JitError {
    JitError::Codegen(e.to_string())
}

fn tile_call(stage: &Stage) -> TileCall {
    let Stage::Call { helper, name, dst, args } = stage else {
        unreachable!("segments are compiled")
    };
    let lane = |&(place, dtype): &super::lower::TypedPlace| Lane { place, size: dtype.size() };
    TileCall { helper: *helper, name, dst: lane(dst), args: args.iter().map(lane).collect() }
}

/// Most elements per tile: as many as keep the slots well inside the first-level cache.
fn tile_elements(slots: usize, element: usize) -> usize {
    const CACHE: usize = 24 << 10;
    let fits = |tile: &usize| tile * slots * element <= CACHE;
    [1024, 512].into_iter().find(fits).unwrap_or(256)
}

fn assemble(lowered: Lowered, kernel: &Kernel, steps: Vec<TileStep>, code: Arc<Code>) -> Program {
    let tile = tile_elements(lowered.slot_count, lowered.slot_element);
    Program {
        _code: code,
        tile,
        steps,
        operand_slots: lowered.operand_slots,
        slot_count: lowered.slot_count,
        slot_bytes: tile * lowered.slot_element,
        result: match lowered.result_operand {
            Some(operand) => ResultPlace::Operand(operand),
            None => ResultPlace::Computed,
        },
        result_size: kernel.dtype().size(),
        contiguous: lowered.contiguous,
        uniform: lowered.uniform,
        fold: None,
    }
}
