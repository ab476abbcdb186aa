//! Statements that would change an array in NumPy, or a list in Python, and do nothing here: a
//! call whose value nobody uses, and a function that ends with a change of its argument.

use super::Lowerer;
use arr_syntax::ast::{Arg, Block, Body, ExprId, ExprKind, Function, StmtId, StmtKind, Target};
use arr_syntax::diag::{Diagnostic, Span};

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

    /// Points out that a function changes its argument last, and gives nothing.
    pub(super) fn lost(&mut self, function: &Function) {
        let Body::Block(block) = &function.body else { return };
        let params: Vec<&str> = function.params.iter().map(|p| p.name.name.as_str()).collect();
        self.lost_change(
            block,
            &params,
            "a function has values of its own: no function changes its arguments",
            |name| format!("end the function with `{name}`, and use what it gives"),
        );
    }

    /// Points out that a round of a loop changes an element of what is looped over last.
    pub(super) fn lost_round(&mut self, target: &Target, body: &Block) {
        if let Target::Name(item) = target {
            self.lost_change(
                body,
                &[item.name.as_str()],
                "a round has a value of its own: what is looped over does not change",
                |_| "loop over the indices, and change `a[i]`".into(),
            );
        }
    }

    fn lost_change(
        &mut self,
        block: &Block,
        names: &[&str],
        note: &str,
        hint: impl Fn(&str) -> String,
    ) {
        let Some((id, span)) = self.changed_last(block) else { return };
        let Some(name) = self.root(id).filter(|name| names.contains(name)) else { return };
        let title = format!("nothing else sees this change of `{name}`");
        let diagnostic = Diagnostic::warning("W0152", title, span).note(note).hint(hint(name));
        self.report(diagnostic);
    }

    /// What the last statement of a block, or of the block that it is, changes elements or a field of.
    fn changed_last(&self, block: &Block) -> Option<(ExprId, Span)> {
        let stmt = *block.last()?;
        match &self.ast[stmt].kind {
            StmtKind::Assign { target, .. } | StmtKind::Update { target, .. } => changed(target),
            StmtKind::For { body, .. } | StmtKind::While { body, .. } => self.changed_last(body),
            StmtKind::Expr(e) => match &self.ast[*e].kind {
                ExprKind::If { then, otherwise: None, .. } => self.changed_last(then),
                _ => None,
            },
            _ => None,
        }
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

/// The base of which a target is a part.
fn changed(target: &Target) -> Option<(ExprId, Span)> {
    match target {
        Target::Index { base, span, .. } | Target::Attr { base, span, .. } => Some((*base, *span)),
        Target::Tuple(targets, _) => targets.iter().find_map(changed),
        _ => None,
    }
}
