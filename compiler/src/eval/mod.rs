//! The evaluator: one walk of the Hir for running and for checking.
//!
//! Before: a unit and a frame with its earlier variables. After: the variables the program binds,
//! with array values that are trees of pending operations; what had to be concrete was computed
//! by the host. While checking, the same walk meets unknowns: both arms of an unknown condition
//! are evaluated and joined, loops are walked to a fixed point, an error is noted and its value
//! is unknown from there on; nothing is computed, printed or written.

mod bind;
mod call;
mod check;
mod contract;
mod elements;
mod expr;
mod force;
mod join;
mod module;
mod param;
mod place;
mod report;
mod rounds;
mod stmt;
mod text;
mod unbound;

pub use module::{ParamValue, Sources, World};
pub(crate) use report::host_code;

use crate::array::Array;
use crate::fault::Fault;
use crate::function::Frame;
use crate::hir::{ExprId, FunctionId, StmtId, Unit};
use crate::host::{Host, HostError, HostErrorKind};
use crate::value::Value;
use arr_syntax::diag::{Diagnostic, Span};
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;
use std::rc::Rc;

/// How many calls may be running at once.
pub const MAX_CALLS: usize = 1000;

/// How deep expressions may be in evaluation at once, over all running calls.
const MAX_DEPTH: u32 = 12_000;

/// Stack that a thread needs to evaluate a program in: [`MAX_CALLS`] nested calls, or that many
/// expressions inside each other.
pub const STACK_BYTES: usize = 128 << 20;

/// How a statement or block ended.
pub(crate) enum Flow {
    /// Normally; the value of the last expression statement.
    Value(Value),
    /// With `return`.
    Return(Value),
    /// With `break`.
    Break,
    /// With `continue`.
    Continue,
    /// While checking: on no way that gets to its end.
    Dead,
}

/// One running function, script or module.
struct Activation {
    unit: Rc<Unit>,
    frame: Rc<Frame>,
    /// The function; none for a script or module.
    function: Option<FunctionId>,
    /// The statement being evaluated.
    point: Option<StmtId>,
    /// Where it was called.
    call: Option<Span>,
    /// Of a function of the standard library: where the caller gave its arguments.
    given: SmallVec<[Span; 6]>,
    /// While checking: what it may have returned so far.
    returns: Option<Value>,
    /// While checking: the loops around the place being evaluated.
    loops: Vec<check::LoopStates>,
    /// While checking: how many unknown conditions decide whether this place is reached.
    doubt: u32,
    /// The same where each loop that is being walked began.
    entries: Vec<u32>,
}

/// Evaluates units.
pub struct Interpreter<'a> {
    host: &'a mut dyn Host,
    world: &'a World,
    checking: bool,
    /// Whether the host wants to know which place asks for what.
    places: bool,
    stack: Vec<Activation>,
    frame: Rc<Frame>,
    depth: u32,
    /// Where the running operation stands, for warnings.
    site: Span,
    /// Arrays that are saved right after what is being saved.
    together: Vec<Array>,
    /// A `return`, `break` or `continue` on its way out of an expression.
    jump: Option<Flow>,
    /// The truth of the next condition, where it is known already.
    decided: Option<bool>,
    /// While a round of a loop is noted.
    noted: Option<rounds::Noted>,
    /// How many rounds were noted by unit and condition since one was done again.
    for_nothing: FxHashMap<(usize, ExprId), u32>,
    diagnostics: Vec<Diagnostic>,
    reported: FxHashSet<(&'static str, Span)>,
    modules: FxHashMap<Rc<str>, Value>,
    /// The scripts being imported, outermost first.
    loading: Vec<Rc<str>>,
    check: check::Check,
}

impl<'a> Interpreter<'a> {
    /// An interpreter in a world; `checking` when nothing is to be run.
    pub fn new(host: &'a mut dyn Host, world: &'a World, checking: bool) -> Interpreter<'a> {
        Interpreter {
            places: host.wants_places(),
            host,
            world,
            checking,
            stack: vec![],
            frame: Frame::new(0, None),
            depth: 0,
            site: Span::default(),
            together: vec![],
            jump: None,
            decided: None,
            noted: None,
            for_nothing: FxHashMap::default(),
            diagnostics: vec![],
            reported: FxHashSet::default(),
            modules: FxHashMap::default(),
            loading: vec![],
            check: check::Check::default(),
        }
    }

    /// Runs or checks the top level of a unit in a frame; the value of its last statement.
    pub fn run(&mut self, unit: &Rc<Unit>, frame: &Rc<Frame>) -> Result<Value, Fault> {
        let saved = self.enter(unit.clone(), frame.clone(), None, None);
        let result = self.block(unit, unit.top);
        self.leave(saved);
        match result? {
            Flow::Value(value) => Ok(value),
            _ => Ok(Value::None),
        }
    }

    /// Lets something be done as if at the top level of a unit.
    pub(crate) fn within<T>(
        &mut self,
        unit: &Rc<Unit>,
        frame: &Rc<Frame>,
        action: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let saved = self.enter(unit.clone(), frame.clone(), None, None);
        let result = action(self);
        self.leave(saved);
        result
    }

    /// Names the script that relative imports start from.
    pub fn set_script(&mut self, path: &str) {
        self.loading = vec![path.into()];
    }

    /// What was reported: errors while checking, warnings while running.
    pub fn take_diagnostics(&mut self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.diagnostics)
    }

    fn enter(
        &mut self,
        unit: Rc<Unit>,
        frame: Rc<Frame>,
        function: Option<FunctionId>,
        call: Option<Span>,
    ) -> Rc<Frame> {
        let saved = std::mem::replace(&mut self.frame, frame.clone());
        self.stack.push(Activation {
            unit,
            frame,
            function,
            point: None,
            call,
            given: SmallVec::new(),
            returns: None,
            loops: vec![],
            doubt: 0,
            entries: vec![],
        });
        saved
    }

    fn leave(&mut self, saved: Rc<Frame>) -> Option<Activation> {
        self.frame = saved;
        self.stack.pop()
    }

    fn activation(&mut self) -> Option<&mut Activation> {
        self.stack.last_mut()
    }

    /// Stops when the user asked to.
    fn interruptible(&mut self) -> Result<(), Fault> {
        match self.host.interrupted() {
            false => Ok(()),
            true => Err(Fault::Host(HostError {
                kind: HostErrorKind::Interrupted,
                message: "interrupted".into(),
                hint: None,
            })),
        }
    }

    /// Counts a level of native recursion; give it back with `self.depth -= 1`.
    fn deeper(&mut self) -> Result<(), Fault> {
        if self.depth >= MAX_DEPTH {
            return Err(limit("expressions and calls are nested too deeply", None));
        }
        self.depth += 1;
        Ok(())
    }
}

fn limit(message: &str, hint: Option<&str>) -> Fault {
    Fault::Host(HostError {
        kind: HostErrorKind::Limit,
        message: message.into(),
        hint: hint.map(Into::into),
    })
}
