//! The program after its names are resolved and its sugar is gone; spans are kept.
//!
//! State before: an [`arr_syntax::ast::Ast`]. State after: every name is a slot of a frame, a
//! number of frames outwards, or a fixed value (a constant, a builtin, a function of the standard
//! library). `x.f(a)` is a [`ExprKind::Method`] that lists the variables it may mean; the `fn`s
//! of a block are listed with the block. Expressions, statements and blocks live in arenas and
//! name each other by id; only the left operand of a chain nests without bound, so that whoever
//! walks the tree follows [`Unit::left`] in a loop.

mod bindings;
mod print;

pub use bindings::binding_places;

use crate::value::Value;
use arr_ir::dtype::DType;
use arr_syntax::ast::{BinaryOp, UnaryOp};
use arr_syntax::diag::{FileId, Span};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// A variable of a frame.
pub type Slot = u32;

/// An expression of one [`Unit`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct ExprId(pub u32);

/// A statement of one [`Unit`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct StmtId(pub u32);

/// A block of one [`Unit`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Default)]
pub struct BlockId(pub u32);

/// A function of one [`Unit`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct FunctionId(pub u32);

/// One lowered source text.
#[derive(Default)]
pub struct Unit {
    /// The text it was written in.
    pub file: FileId,
    /// Whether it belongs to the standard library: errors inside are blamed on the caller.
    pub library: bool,
    /// All expressions.
    pub exprs: Vec<Expr>,
    /// All statements.
    pub stmts: Vec<Stmt>,
    /// All blocks.
    pub blocks: Vec<Block>,
    /// All functions.
    pub functions: Vec<Function>,
    /// The script itself.
    pub top: BlockId,
    /// The names of the top-level variables.
    pub names: FxHashMap<Rc<str>, Slot>,
    /// How many top-level variables there are, those of earlier inputs included.
    pub size: usize,
    /// The `param`s of the script.
    pub params: Vec<Rc<str>>,
    /// What dies where, per statement and block; empty lists when nothing is ever dropped.
    pub deaths: crate::liveness::Deaths,
}

impl std::ops::Index<ExprId> for Unit {
    type Output = Expr;
    fn index(&self, id: ExprId) -> &Expr {
        &self.exprs[id.0 as usize]
    }
}

impl std::ops::Index<StmtId> for Unit {
    type Output = Stmt;
    fn index(&self, id: StmtId) -> &Stmt {
        &self.stmts[id.0 as usize]
    }
}

impl std::ops::Index<BlockId> for Unit {
    type Output = Block;
    fn index(&self, id: BlockId) -> &Block {
        &self.blocks[id.0 as usize]
    }
}

impl std::ops::Index<FunctionId> for Unit {
    type Output = Function;
    fn index(&self, id: FunctionId) -> &Function {
        &self.functions[id.0 as usize]
    }
}

impl Unit {
    /// The left operand, callee or base that an expression continues; chains of these are long.
    pub fn left(&self, id: ExprId) -> Option<ExprId> {
        match &self[id].kind {
            ExprKind::And(lhs, _) | ExprKind::Or(lhs, _) => Some(*lhs),
            ExprKind::Binary { lhs, .. } => Some(*lhs),
            ExprKind::Call { callee, .. } => Some(*callee),
            ExprKind::Method { base, .. }
            | ExprKind::Attr { base, .. }
            | ExprKind::Index { base, .. } => Some(*base),
            _ => None,
        }
    }
}

/// An expression.
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// What an expression is.
pub enum ExprKind {
    /// Something already reported.
    Error,
    /// A literal, a constant, a builtin or a function of the standard library.
    Fixed(Value),
    /// A variable of the running function.
    Local(Slot),
    /// A variable of a function (or script) that many levels out.
    Outer(u32, Slot),
    /// `[a, *b]`
    Array(Vec<Element>),
    /// `(a, *b)`
    Tuple(Vec<Element>),
    /// `[e for t in xs if c]`
    Comprehension(Box<Comprehension>),
    /// `-x`, `+x`, `~x`, `not x`
    Unary(UnaryOp, ExprId),
    /// `a and b`
    And(ExprId, ExprId),
    /// `a or b`
    Or(ExprId, ExprId),
    /// Every other infix operator.
    Binary { op: BinaryOp, lhs: ExprId, rhs: ExprId, op_span: Span },
    /// `f(a, k=b)`
    Call { callee: ExprId, args: Vec<Arg> },
    /// `x.f(a)`
    Method { base: ExprId, method: Box<Method>, args: Vec<Arg> },
    /// `x.name`
    Attr { base: ExprId, name: Rc<str>, name_span: Span },
    /// `x[i, a:b]`
    Index { base: ExprId, items: Vec<Item> },
    /// A function as a value.
    Function(FunctionId),
    /// `if c { } else if d { } else { }`
    If { arms: Vec<(ExprId, BlockId)>, otherwise: BlockId },
    /// `f"..."`
    Format(Vec<FormatPart>),
}

/// An element of an array or tuple.
pub struct Element {
    /// The value.
    pub value: ExprId,
    /// Whether it was written `*value`.
    pub spread: bool,
}

/// `[item for target in iter if cond]`
pub struct Comprehension {
    /// Each element.
    pub item: ExprId,
    /// What is bound.
    pub target: Place,
    /// To the elements of this.
    pub iter: ExprId,
    /// Which count.
    pub cond: Option<ExprId>,
}

/// An argument of a call.
pub struct Arg {
    /// `k` of `k=v`.
    pub keyword: Option<(Rc<str>, Span)>,
    /// Whether it was written `*value`.
    pub spread: bool,
    /// The value.
    pub value: ExprId,
}

/// What `x.name(...)` may call when `x` has no such field.
pub struct Method {
    /// The name.
    pub name: Rc<str>,
    /// Its place.
    pub span: Span,
    /// Variables of that name, innermost first: the first that holds a function is meant.
    pub variables: Vec<(u32, Slot)>,
    /// Else this.
    pub fallback: Option<Value>,
}

/// One item of an index.
pub enum Item {
    /// An integer, array, mask or `newaxis`.
    Expr(ExprId),
    /// `*t`
    Spread(ExprId),
    /// `a:b:c`
    Slice(Option<ExprId>, Option<ExprId>, Option<ExprId>, Span),
    /// `...`
    Ellipsis(Span),
}

/// A part of an f-string.
pub enum FormatPart {
    /// Text.
    Text(Rc<str>),
    /// `{value!r:spec}`
    Value { value: ExprId, conversion: Option<char>, spec: Vec<FormatPart> },
}

/// What can be assigned to.
pub enum Place {
    /// A variable of the running function.
    Slot(Slot, Span),
    /// Several, from a tuple.
    Tuple(Vec<Place>, Span),
    /// A part of the value of a variable, from the outside in.
    Path(Slot, Vec<Step>, Span),
    /// Something already reported.
    Error,
}

/// One step to a part of a value.
pub enum Step {
    /// `[i, j]`
    Index(Vec<Item>, Span),
    /// `.name`
    Field(Rc<str>, Span),
}

/// A sequence of statements; the last one, when an expression, gives the value.
#[derive(Default)]
pub struct Block {
    /// Its functions, bound when it is entered.
    pub functions: Vec<(Slot, FunctionId)>,
    /// Its statements.
    pub stmts: Vec<StmtId>,
}

/// A statement.
pub struct Stmt {
    /// What it is.
    pub kind: StmtKind,
    /// Where it stands.
    pub span: Span,
}

/// What a statement is.
pub enum StmtKind {
    /// Nothing, or something already reported.
    Nothing,
    /// An expression; `if` is one.
    Expr(ExprId),
    /// `t = e`
    Assign(Place, ExprId),
    /// `t op= e`: an array keeps its dtype.
    Update { place: Place, op: BinaryOp, op_span: Span, value: ExprId },
    /// `param n = 30`
    Param { slot: Slot, name: Rc<str>, default: ExprId },
    /// `import ...`
    Import(Box<Import>),
    /// `for t in e { }`
    For { place: Place, iter: ExprId, body: BlockId },
    /// `while c { }`
    While { cond: ExprId, body: BlockId },
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `return e`
    Return(Option<ExprId>),
    /// `assert c, "message"`
    Assert { cond: ExprId, message: Option<ExprId> },
}

/// `import m as a`, `from m import a as b`
pub struct Import {
    /// The module, or the path of a script.
    pub source: Rc<str>,
    /// Whether `source` is a path.
    pub is_file: bool,
    /// Its place.
    pub span: Span,
    /// The variable bound to the module.
    pub whole: Option<Slot>,
    /// The names taken and the variables bound to them.
    pub names: Vec<(Rc<str>, Span, Slot)>,
}

/// A function.
pub struct Function {
    /// Its name; `fn` for one without.
    pub name: Rc<str>,
    /// Its parameters as written.
    pub signature: Rc<str>,
    /// Its doc comment.
    pub doc: Option<Rc<str>>,
    /// The parameters, in order.
    pub params: Vec<Param>,
    /// What the result must be.
    pub result: Option<Contract>,
    /// The letters of its contracts that are variables of the body.
    pub letters: Vec<(Rc<str>, Slot)>,
    /// The body.
    pub body: Body,
    /// How many variables it has.
    pub size: usize,
    /// The variables that functions inside it see.
    pub captured: Vec<Slot>,
    /// The outer variables it and the functions inside it see: levels out, variable.
    pub captures: Vec<(u32, Slot)>,
    /// `fn f(a, b=1)`
    pub head: Span,
    /// Whether it makes closures.
    pub makes_closures: bool,
}

/// A function's body.
#[derive(Clone, Copy)]
pub enum Body {
    /// `= e`
    Expr(ExprId),
    /// `{ ... }`
    Block(BlockId),
}

/// A parameter.
pub struct Param {
    /// Its name.
    pub name: Rc<str>,
    /// Its variable.
    pub slot: Slot,
    /// Its place.
    pub span: Span,
    /// Whether it takes the remaining positional arguments.
    pub rest: bool,
    /// What it must be given.
    pub contract: Option<Contract>,
    /// Evaluated at each call that needs it.
    pub default: Option<ExprId>,
}

/// What a value must be.
#[derive(Clone, Debug)]
pub struct Contract {
    /// What it must be.
    pub kind: ContractKind,
    /// Where that is written.
    pub span: Span,
    /// As it is written.
    pub text: Rc<str>,
}

/// The forms of a contract.
#[derive(Clone, Debug)]
pub enum ContractKind {
    /// Anything.
    Any,
    /// A weak integer or one element of an integer array.
    Int,
    /// A weak real number or one element of a real array.
    Float,
    /// Text.
    Str,
    /// A function.
    Function,
    /// A dtype.
    DType,
    /// Any tuple.
    AnyTuple,
    /// Any record.
    Record,
    /// An array (0-d when no dimensions are given) with one of these dtypes.
    Array(Vec<DType>, Vec<Size>),
    /// An array of any rank with one of these dtypes.
    AnyRank(Vec<DType>),
    /// A tuple of these.
    Tuple(Vec<Contract>),
}

/// A dimension of a contract.
#[derive(Clone, Debug)]
pub enum Size {
    /// A letter plus a constant.
    Letter(Rc<str>, i64),
    /// A constant.
    Const(u64),
    /// Any number of dimensions.
    Rest,
}
