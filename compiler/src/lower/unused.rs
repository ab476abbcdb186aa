//! Statements that would change an array in NumPy, or a list in Python, and do nothing here: a
//! call whose value nobody uses.

use super::Lowerer;
use arr_syntax::ast::{Arg, ExprId, ExprKind, StmtId, StmtKind};
use arr_syntax::diag::Diagnostic;

/// Functions that change their first argument elsewhere.
const CHANGING: &[&str] = &[
    "append",
    "clip",
    "delete",
    "extend",
    "fill",
    "fill_diagonal",
    "insert",
    "partition",
    "place",
    "put",
    "put_along_axis",
    "putmask",
    "resize",
    "reverse",
    "scatter_add",
    "sort",
];

impl Lowerer<'_> {
    /// Reports a statement whose value is not used if it is a call of such a function.
    pub(super) fn discarded(&mut self, stmt: StmtId) {
        let ast = self.ast;
        let StmtKind::Expr(call) = ast[stmt].kind else { return };
        let ExprKind::Call { callee, args } = &ast[call].kind else { return };
        let (name, changed) = match &ast[*callee].kind {
            ExprKind::Name(name) => (name.as_str(), self.first(args)),
            ExprKind::Attr { base, name } => match (name.name.as_str(), &ast[*base].kind) {
                ("at", ExprKind::Name(function)) if !self.is_variable(function) => {
                    ("at", self.first(args))
                }
                (name, _) => (name, self.root(*base)),
            },
            _ => return,
        };
        let of_variable = changed.filter(|root| self.is_variable(root));
        let (Some(variable), false) = (of_variable, self.is_variable(name)) else { return };
        if name != "at" && (!CHANGING.contains(&name) || self.names.fixed(name).is_none()) {
            return;
        }
        let text = |id: ExprId| {
            let span = ast[id].span;
            self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
        };
        let title = format!("the result of `{name}` is not used, and nothing else changes");
        let mut diagnostic = Diagnostic::error("E0125", title, ast[call].span)
            .note("functions give new arrays; no function changes its arguments");
        let mut written = text(call).to_string();
        let is_method = matches!(ast[*callee].kind, ExprKind::Attr { .. });
        if is_method && name != "at" && self.names.method(name).is_none() {
            let given: Vec<&str> = args.iter().map(|arg| text(arg.value)).collect();
            written = format!("{name}({variable}, {})", given.join(", "));
        }
        if written.len() < 60 && !written.contains('\n') {
            diagnostic = diagnostic.hint(format!("write `{variable} = {written}`"));
        }
        self.report(diagnostic);
    }

    /// The variable that the first argument is.
    fn first(&self, args: &[Arg]) -> Option<&str> {
        args.first().and_then(|arg| self.root(arg.value))
    }

    /// The name that an expression is.
    fn root(&self, at: ExprId) -> Option<&str> {
        match &self.ast[at].kind {
            ExprKind::Name(name) => Some(name.as_str()),
            _ => None,
        }
    }

    fn is_variable(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope.find(name).is_some())
    }
}
