//! What the grammar's actions call to make nodes.
//!
//! Before: the pieces of one node. After: the node is in the arena, and what the grammar lets
//! through but the language does not (targets that cannot be assigned to, chained comparisons,
//! arguments in a wrong order) is reported.

use std::collections::HashMap;

use crate::ast::*;
use crate::diag::{Diagnostic, FileId, Span};

/// Statement and expression arenas under construction, and the reports so far.
pub struct Tree<'s> {
    /// The tree.
    pub ast: Ast,
    /// What was reported.
    pub diagnostics: Vec<Diagnostic>,
    source: &'s str,
    file: FileId,
}

/// Elements and whether a comma follows the last one.
pub type Listed<T> = (Vec<T>, bool);

impl<'s> Tree<'s> {
    /// An empty tree.
    pub fn new(source: &'s str, file: FileId) -> Self {
        Tree { ast: Ast::default(), diagnostics: vec![], source, file }
    }

    /// The span of a byte range.
    pub fn span(&self, start: u32, end: u32) -> Span {
        Span { file: self.file, start, end }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn source_of(&self, span: Span) -> &'s str {
        self.source.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// A new expression.
    pub fn expr(&mut self, kind: ExprKind, start: u32, end: u32) -> ExprId {
        let id = ExprId(self.ast.exprs.len() as u32);
        let span = self.span(start, end);
        self.ast.exprs.push(Expr { kind, span });
        id
    }

    /// A new statement.
    pub fn stmt(&mut self, kind: StmtKind, start: u32, end: u32) -> StmtId {
        let id = StmtId(self.ast.stmts.len() as u32);
        let span = self.span(start, end);
        self.ast.stmts.push(Stmt { kind, span });
        id
    }

    /// A name and its place.
    pub fn ident(&self, name: &str, start: u32, end: u32) -> Ident {
        Ident { name: name.to_string(), span: self.span(start, end) }
    }

    /// `lhs op rhs`; `place` is the whole and the operator.
    pub fn binary(&mut self, lhs: ExprId, op: BinaryOp, rhs: ExprId, place: [u32; 4]) -> ExprId {
        let [start, op_start, op_end, end] = place;
        let op_span = self.span(op_start, op_end);
        self.expr(ExprKind::Binary { op, lhs, rhs, op_span }, start, end)
    }

    /// `a < b < c`: reported; `previous` is the comparison before, with the place of its right side.
    pub fn chained(&mut self, previous: (ExprId, u32), place: [u32; 4]) -> ExprId {
        let [start, op_start, op_end, end] = place;
        let (previous, middle) = previous;
        if let ExprKind::Binary { op_span, rhs, .. } = &self.ast[previous].kind {
            let first = *op_span;
            // Of `a < b & c < d`, where `&` binds closer, the two comparisons that are meant.
            let (left_end, sign, right_start) = match &self.ast[*rhs].kind {
                ExprKind::Binary { op, lhs, rhs, .. }
                    if matches!(op, BinaryOp::BitAnd | BinaryOp::BitOr) =>
                {
                    let sign = if *op == BinaryOp::BitAnd { "&" } else { "|" };
                    (self.ast[*lhs].span.end, sign, self.ast[*rhs].span.start)
                }
                _ => (op_start, "&", middle),
            };
            let left = self.source_of(self.span(start, left_end)).trim_end();
            let right = self.source_of(self.span(right_start, end));
            let mut diagnostic = Diagnostic::error(
                "E0013",
                "comparisons cannot be chained",
                self.span(op_start, op_end),
            )
            .label(first, "the first comparison", false);
            if left.len() + right.len() <= 120 && !left.contains('\n') && !right.contains('\n') {
                diagnostic = diagnostic.hint(format!("write `({left}) {sign} ({right})`"));
            } else {
                diagnostic = diagnostic.hint("write `(a < b) & (b < c)`");
            }
            self.report(diagnostic);
        }
        self.expr(ExprKind::Error, start, end)
    }

    /// `a, b`, `(a, b)`, or a single expression when there is no comma.
    pub fn listed(&mut self, (items, comma): Listed<Element>, start: u32, end: u32) -> ExprId {
        match items.as_slice() {
            [Element { value, spread: false }] if !comma => *value,
            [Element { spread: true, .. }] if !comma => {
                let place = self.span(start, end);
                self.report(
                    Diagnostic::error("E0030", "a `*` spread cannot stand alone", place)
                        .hint("to make a tuple, write `(*t,)`"),
                );
                self.expr(ExprKind::Error, start, end)
            }
            _ => self.expr(ExprKind::Tuple(items), start, end),
        }
    }

    /// A call; positional arguments come before keyword arguments, keywords differ.
    pub fn call(&mut self, callee: ExprId, args: Vec<Arg>, start: u32, end: u32) -> ExprId {
        let mut seen = HashMap::new();
        let mut last = None;
        let mut reports = vec![];
        for arg in &args {
            if let Some(keyword) = &arg.keyword {
                if let Some(first) = seen.insert(keyword.name.as_str(), keyword.span) {
                    reports.push(repeated("the argument", keyword, first));
                }
                last = Some(keyword.span);
            } else if let (Some(last), false) = (last, arg.spread) {
                let place = self.ast[arg.value].span;
                let title = "an argument without a name follows one with a name";
                reports.push(
                    Diagnostic::error("E0024", title, place)
                        .label(last, "this one has a name", false)
                        .hint("put the arguments without names first"),
                );
                break;
            }
        }
        self.diagnostics.extend(reports);
        self.expr(ExprKind::Call { callee, args }, start, end)
    }

    /// The head of a function, with its parameters checked.
    pub fn function(
        &mut self,
        params: Vec<ParamDecl>,
        result: Option<TypeExpr>,
        head: Span,
    ) -> Function {
        let mut seen = HashMap::new();
        for param in &params {
            let name = &param.name;
            if let Some(first) = seen.insert(name.name.as_str(), name.span) {
                self.diagnostics.push(repeated("the parameter", name, first));
            }
        }
        self.parameter_order(&params);
        Function { params, result, body: Body::Block(vec![]), head }
    }

    fn parameter_order(&mut self, params: &[ParamDecl]) {
        let (mut with_default, mut rest) = (None, None);
        let error = |title: &str, place| Diagnostic::error("E0022", title, place);
        for param in params {
            let place = param.name.span;
            if param.rest {
                if let Some(first) = rest.replace(place) {
                    let report = error("a function has at most one `*` parameter", place);
                    self.report(report.label(first, "the first one", false));
                }
                if let Some(default) = param.default {
                    let report = error("a `*` parameter has no default", self.ast[default].span);
                    self.report(report.hint("without arguments it is the empty tuple"));
                }
            } else if param.default.is_some() {
                with_default = with_default.or(Some(place));
            } else if let (Some(first), None) = (with_default, rest) {
                let title = "a parameter without a default follows one with a default";
                let report = error(title, place).label(first, "this one has a default", false);
                self.report(report.hint("put the parameters without defaults first"));
            }
        }
    }

    /// The target that an expression on the left of `=` stands for.
    pub fn target(&mut self, id: ExprId) -> Target {
        let span = self.ast[id].span;
        match self.ast[id].kind.clone() {
            ExprKind::Name(name) => Target::Name(Ident { name, span }),
            ExprKind::Attr { base, name } => Target::Attr { base, name, span },
            ExprKind::Index { base, items } => Target::Index { base, items, span },
            ExprKind::Tuple(items) => self.tuple_target(items, span),
            ExprKind::Error => Target::Error(span),
            other => {
                let diagnostic = bad_target(&other, span);
                self.report(diagnostic);
                Target::Error(span)
            }
        }
    }

    fn tuple_target(&mut self, items: Vec<Element>, span: Span) -> Target {
        if items.is_empty() {
            self.report(Diagnostic::error("E0011", "there is no name to assign to in `()`", span));
            return Target::Error(span);
        }
        let mut targets = Vec::with_capacity(items.len());
        for item in items {
            if item.spread {
                let place = self.ast[item.value].span;
                self.report(
                    Diagnostic::error("E0011", "a `*` target is not possible", place)
                        .hint("take the parts by index: `first, rest = t[0], t[1:]`"),
                );
            }
            targets.push(self.target(item.value));
        }
        Target::Tuple(targets, span)
    }

    /// The targets of `for a, b in`.
    pub fn loop_target(&mut self, (items, comma): Listed<ExprId>, start: u32, end: u32) -> Target {
        match items.as_slice() {
            [single] if !comma => self.target(*single),
            _ => {
                let targets = items.iter().map(|item| self.target(*item)).collect();
                Target::Tuple(targets, self.span(start, end))
            }
        }
    }

    /// The target of `+=`: one place, not several.
    pub fn update_target(&mut self, id: ExprId) -> Target {
        match self.target(id) {
            Target::Tuple(_, span) => {
                let title = "several values cannot be updated at once";
                let hint = "write one statement for each";
                self.report(Diagnostic::error("E0011", title, span).hint(hint));
                Target::Error(span)
            }
            target => target,
        }
    }

    /// `import` of a file needs a name.
    pub fn file_import(&mut self, path: String, place: Span) -> StmtKind {
        self.report(
            Diagnostic::error("E0033", "an imported file needs a name", place)
                .hint("write `import \"tools.arr\" as tools`"),
        );
        StmtKind::Import { source: ImportSource::File(path, place), alias: None, names: None }
    }

    /// The offset of `n+1` or `n-2` in a contract.
    pub fn offset(&mut self, value: u64, negative: bool, place: Span) -> i64 {
        let value = i64::try_from(value).unwrap_or_else(|_| {
            self.report(Diagnostic::error("E0007", "this size is too large", place));
            0
        });
        if negative { -value } else { value }
    }
}

fn repeated(what: &str, name: &Ident, first: Span) -> Diagnostic {
    let title = format!("{what} {} is given twice", crate::escape::show(&name.name));
    Diagnostic::error("E0023", title, name.span).label(first, "first here", false)
}

fn bad_target(kind: &ExprKind, span: Span) -> Diagnostic {
    let (what, hint) = match kind {
        ExprKind::Call { .. } => {
            ("a call", Some("to define a function, write `fn f(x) = ...`; an element is `x[i]`"))
        }
        ExprKind::Binary { .. } | ExprKind::Unary { .. } => {
            ("the result of an operator", Some("to compare, write `==`"))
        }
        ExprKind::Array(_) | ExprKind::Comprehension { .. } => {
            ("an array", Some("without the brackets it works: `a, b = ...`"))
        }
        ExprKind::Bool(_) | ExprKind::None => ("a keyword", None),
        ExprKind::Str(_) | ExprKind::FString(_) => ("a string", None),
        ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Imaginary(_) => ("a number", None),
        _ => ("this expression", None),
    };
    let mut diagnostic = Diagnostic::error("E0011", format!("{what} cannot be assigned to"), span)
        .text("expected a name, `x[...]` or `r.name`");
    if let Some(hint) = hint {
        diagnostic = diagnostic.hint(hint);
    }
    diagnostic
}
