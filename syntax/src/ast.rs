//! The syntax tree: what was written, with a span on every node, and nothing else clever.
//!
//! Expressions and statements live in arenas and name each other by id, so that a chain of
//! 200,000 terms is dropped and walked without recursion.

use crate::diag::Span;

/// An expression of one [`Ast`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct ExprId(pub u32);

/// A statement of one [`Ast`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct StmtId(pub u32);

/// One parsed source text.
#[derive(Clone, Debug, Default)]
pub struct Ast {
    /// All expressions.
    pub exprs: Vec<Expr>,
    /// All statements.
    pub stmts: Vec<Stmt>,
    /// The script itself.
    pub top: Block,
}

impl std::ops::Index<ExprId> for Ast {
    type Output = Expr;
    fn index(&self, id: ExprId) -> &Expr {
        &self.exprs[id.0 as usize]
    }
}

impl std::ops::Index<StmtId> for Ast {
    type Output = Stmt;
    fn index(&self, id: StmtId) -> &Stmt {
        &self.stmts[id.0 as usize]
    }
}

/// A sequence of statements; the last one, when an expression statement, gives the value.
pub type Block = Vec<StmtId>;

/// A name and its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ident {
    /// The name.
    pub name: String,
    /// The place.
    pub span: Span,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A place that could not be parsed (already reported).
    Error,
    /// `1_000`, `0xff` (at most 2^63 here; the checker reports what does not fit int64).
    Int(u64),
    /// `1e-3`
    Float(f64),
    /// `2j`
    Imaginary(f64),
    /// `true`, `false`
    Bool(bool),
    /// `none`
    None,
    /// `"text"`, escapes resolved.
    Str(String),
    /// `f"{x:.3f} m"`
    FString(Vec<FPart>),
    /// A name.
    Name(String),
    /// `[a, b, *c]`: an array.
    Array(Vec<Element>),
    /// `[e for i in xs if c]`
    Comprehension { item: ExprId, target: Target, iter: ExprId, cond: Option<ExprId> },
    /// `(a, b, *c)`, `()`, or `a, b` without brackets where the grammar allows it.
    Tuple(Vec<Element>),
    /// `-x`, `+x`, `~x`, `not x`
    Unary { op: UnaryOp, arg: ExprId },
    /// `a + b`, `a and b`, `a < b`, ...; `op_span` is the operator's place.
    Binary { op: BinaryOp, lhs: ExprId, rhs: ExprId, op_span: Span },
    /// `f(a, k=b, *c)`, and `x.f(a)` with `callee` an [`ExprKind::Attr`].
    Call { callee: ExprId, args: Vec<Arg> },
    /// `x.name`
    Attr { base: ExprId, name: Ident },
    /// `x[i, 1:2, ...]`
    Index { base: ExprId, items: Vec<IndexItem> },
    /// `fn(x) = e`, `fn(x) { ... }` as a value.
    Function(Box<Function>),
    /// `if c { } else { }`; `else if` is an else block of one `if` expression.
    If { cond: ExprId, then: Block, otherwise: Option<Block> },
}

/// An element of an array or tuple literal.
#[derive(Clone, Debug)]
pub struct Element {
    /// The value.
    pub value: ExprId,
    /// Whether it was written `*value`.
    pub spread: bool,
}

/// A part of an f-string.
#[derive(Clone, Debug)]
pub enum FPart {
    /// Text, with `{{` and escapes resolved.
    Text(String),
    /// `{value!r:spec}`, `{value=}` (then `debug` is the text written, with the `=`).
    /// `spec` may itself hold nested `{}` parts.
    Value { value: ExprId, debug: Option<String>, conversion: Option<char>, spec: Vec<FPart> },
}

/// An argument of a call.
#[derive(Clone, Debug)]
pub struct Arg {
    /// `k` of `k=v`.
    pub keyword: Option<Ident>,
    /// Whether it was written `*value`.
    pub spread: bool,
    /// The value.
    pub value: ExprId,
}

/// One item between the brackets of an index.
#[derive(Clone, Debug)]
pub enum IndexItem {
    /// An integer, array, mask, `newaxis`, or name.
    Expr(ExprId),
    /// `*t`
    Spread(ExprId),
    /// `a:b:c`, any of them absent.
    Slice { start: Option<ExprId>, stop: Option<ExprId>, step: Option<ExprId>, span: Span },
    /// `...`
    Ellipsis(Span),
}

/// Prefix operators.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnaryOp {
    /// `-`
    Neg,
    /// `+`
    Pos,
    /// `~`
    Invert,
    /// `not`
    Not,
}

/// Infix operators.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BinaryOp {
    /// `or`
    Or,
    /// `and`
    And,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `in`
    In,
    /// `not in`
    NotIn,
    /// `|`
    BitOr,
    /// `^`
    BitXor,
    /// `&`
    BitAnd,
    /// `<<`
    Shl,
    /// `>>`
    Shr,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `//`
    FloorDiv,
    /// `%`
    Mod,
    /// `@`
    MatMul,
    /// `**`
    Pow,
}

/// What can stand on the left of `=`, after `for`, and in a comprehension.
#[derive(Clone, Debug)]
pub enum Target {
    /// `x`
    Name(Ident),
    /// `a, b` or `(a, (b, c))`
    Tuple(Vec<Target>, Span),
    /// `x[i, j]`: base is any expression, checked later.
    Index { base: ExprId, items: Vec<IndexItem>, span: Span },
    /// `r.x`
    Attr { base: ExprId, name: Ident, span: Span },
    /// Anything else (already reported).
    Error(Span),
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// What it is.
    pub kind: StmtKind,
    /// Where it stands.
    pub span: Span,
}

/// What a statement is.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// A line that could not be parsed (already reported).
    Bad,
    /// An expression; `if` is one.
    Expr(ExprId),
    /// `t = e`
    Assign { target: Target, value: ExprId },
    /// `t += e`
    Update { target: Target, op: BinaryOp, op_span: Span, value: ExprId },
    /// `fn f(a, b=1) = e`
    Fn { name: Ident, function: Box<Function>, doc: Option<String> },
    /// `param n = 30`
    Param { name: Ident, default: ExprId, doc: Option<String> },
    /// `import stats`, `import stats as s`, `import "tools.arr" as tools`, `from stats import a, b as c`
    Import {
        source: ImportSource,
        alias: Option<Ident>,
        names: Option<Vec<(Ident, Option<Ident>)>>,
    },
    /// `for t in e { }`
    For { target: Target, iter: ExprId, body: Block },
    /// `while c { }`
    While { cond: ExprId, body: Block },
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `return`, `return e`, `return a, b`
    Return(Option<ExprId>),
    /// `assert c, "message"`
    Assert { cond: ExprId, message: Option<ExprId> },
}

/// Where an import comes from.
#[derive(Clone, Debug)]
pub enum ImportSource {
    /// A module of the standard library.
    Module(Ident),
    /// A file, relative to the importing file.
    File(String, Span),
}

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    /// The parameters, in order.
    pub params: Vec<ParamDecl>,
    /// `-> float64[n]`
    pub result: Option<TypeExpr>,
    /// The body.
    pub body: Body,
    /// The head: `fn f(a, b=1)`.
    pub head: Span,
}

/// A function's body.
#[derive(Clone, Debug)]
pub enum Body {
    /// `= e`
    Expr(ExprId),
    /// `{ ... }`
    Block(Block),
}

/// A parameter of a function.
#[derive(Clone, Debug)]
pub struct ParamDecl {
    /// Its name.
    pub name: Ident,
    /// `*rest`: takes the remaining positional arguments as a tuple.
    pub rest: bool,
    /// `: float64[n, m]`
    pub contract: Option<TypeExpr>,
    /// `= e`, evaluated at each call that needs it.
    pub default: Option<ExprId>,
}

/// A contract.
#[derive(Clone, Debug)]
pub enum TypeExpr {
    /// `float64`, `float64[n, m]`, `numeric[...]`, `real[n+1]`, `int`, `str`, ...: names are checked later.
    Named { name: Ident, dims: Option<Vec<DimExpr>>, span: Span },
    /// `(float64[n], int64)`
    Tuple(Vec<TypeExpr>, Span),
}

/// A dimension of a contract.
#[derive(Clone, Debug)]
pub enum DimExpr {
    /// `n`, `n+1`, `n-2`
    Letter { name: Ident, offset: i64 },
    /// `3`
    Const(u64, Span),
    /// `...`
    Ellipsis(Span),
}
