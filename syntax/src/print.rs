//! The tree as text, for golden tests and for people who want to see it.
//!
//! Before: any tree. After: one S-expression per statement, blocks indented. Nothing here recurses:
//! what is still to be written waits on a stack, so chains of any length are fine.

use crate::ast::*;

/// The whole tree, one statement after the other.
pub fn dump(ast: &Ast) -> String {
    let mut printer = Printer { ast, out: String::new(), work: vec![] };
    printer.emit(vec![Job::Block(&ast.top, 0)]);
    printer.out.trim_start_matches('\n').to_string() + "\n"
}

/// Something still to be written.
enum Job<'a> {
    Text(&'static str),
    Owned(String),
    Expr(ExprId, usize),
    Target(&'a Target, usize),
    Items(&'a [IndexItem], usize),
    Parts(&'a [FPart], usize),
    /// Each statement on a line of its own.
    Block(&'a [StmtId], usize),
}

struct Printer<'a> {
    ast: &'a Ast,
    out: String,
    work: Vec<Job<'a>>,
}

impl<'a> Printer<'a> {
    fn emit(&mut self, jobs: Vec<Job<'a>>) {
        self.work.extend(jobs.into_iter().rev());
        while let Some(job) = self.work.pop() {
            let next = self.job(job);
            self.work.extend(next.into_iter().rev());
        }
    }

    fn job(&mut self, job: Job<'a>) -> Vec<Job<'a>> {
        match job {
            Job::Text(text) => {
                self.out.push_str(text);
                vec![]
            }
            Job::Owned(text) => {
                self.out.push_str(&text);
                vec![]
            }
            Job::Expr(id, indent) => expr(&self.ast[id].kind, indent),
            Job::Target(target, indent) => target_jobs(target, indent),
            Job::Items(items, indent) => items.iter().flat_map(|i| index_item(i, indent)).collect(),
            Job::Parts(parts, indent) => parts.iter().flat_map(|p| part(p, indent)).collect(),
            Job::Block(block, indent) => {
                let line = |id: &StmtId| {
                    let mut jobs = vec![Job::Owned(format!("\n{}", "  ".repeat(indent)))];
                    jobs.extend(stmt(&self.ast[*id].kind, indent));
                    jobs
                };
                block.iter().flat_map(line).collect()
            }
        }
    }
}

fn spaced<'a>(ids: impl IntoIterator<Item = ExprId>, indent: usize) -> Vec<Job<'a>> {
    ids.into_iter().flat_map(|id| [Job::Text(" "), Job::Expr(id, indent)]).collect()
}

fn form<'a>(head: impl Into<String>, body: Vec<Job<'a>>) -> Vec<Job<'a>> {
    let mut jobs = vec![Job::Owned(format!("({}", head.into()))];
    jobs.extend(body);
    jobs.push(Job::Text(")"));
    jobs
}

fn elements<'a>(items: &[Element], indent: usize) -> Vec<Job<'a>> {
    let star = |item: &Element| if item.spread { " *" } else { " " };
    items.iter().flat_map(|i| [Job::Text(star(i)), Job::Expr(i.value, indent)]).collect()
}

fn expr(kind: &ExprKind, indent: usize) -> Vec<Job<'_>> {
    let atom = |text: String| vec![Job::Owned(text)];
    match kind {
        ExprKind::Error => atom("<error>".into()),
        ExprKind::Int(value) => atom(value.to_string()),
        ExprKind::Float(value) => atom(format!("{value:?}")),
        ExprKind::Imaginary(value) => atom(format!("{value:?}j")),
        ExprKind::Bool(value) => atom(value.to_string()),
        ExprKind::None => atom("none".into()),
        ExprKind::Str(value) => atom(format!("{value:?}")),
        ExprKind::Name(name) => atom(name.clone()),
        ExprKind::FString(parts) => form("f", vec![Job::Parts(parts, indent)]),
        ExprKind::Array(items) => form("array", elements(items, indent)),
        ExprKind::Tuple(items) => form("tuple", elements(items, indent)),
        ExprKind::Comprehension { item, target, iter, cond } => {
            let mut jobs = spaced([*item], indent);
            jobs.extend([Job::Text(" for "), Job::Target(target, indent)]);
            jobs.extend([Job::Text(" in "), Job::Expr(*iter, indent)]);
            jobs.extend(cond.iter().flat_map(|c| [Job::Text(" if "), Job::Expr(*c, indent)]));
            form("comprehension", jobs)
        }
        ExprKind::Unary { op, arg } => form(unary_name(*op), spaced([*arg], indent)),
        ExprKind::Binary { op, lhs, rhs, .. } => {
            form(binary_name(*op), spaced([*lhs, *rhs], indent))
        }
        ExprKind::Call { callee, args } => {
            let mut jobs = spaced([*callee], indent);
            jobs.extend(args.iter().flat_map(|arg| argument(arg, indent)));
            form("call", jobs)
        }
        ExprKind::Attr { base, name } => {
            let mut jobs = spaced([*base], indent);
            jobs.push(Job::Owned(format!(" {}", name.name)));
            form(".", jobs)
        }
        ExprKind::Index { base, items } => {
            let mut jobs = spaced([*base], indent);
            jobs.push(Job::Items(items, indent));
            form("index", jobs)
        }
        ExprKind::Function(function) => form("fn", function_jobs(function, indent)),
        ExprKind::If { cond, then, otherwise } => {
            let mut jobs = spaced([*cond], indent);
            jobs.push(Job::Block(then, indent + 1));
            if let Some(other) = otherwise {
                jobs.push(Job::Owned(format!("\n{}else", "  ".repeat(indent))));
                jobs.push(Job::Block(other, indent + 1));
            }
            form("if", jobs)
        }
    }
}

fn argument<'a>(arg: &Arg, indent: usize) -> [Job<'a>; 2] {
    let lead = match &arg.keyword {
        Some(keyword) => format!(" {}=", keyword.name),
        None if arg.spread => " *".to_string(),
        None => " ".to_string(),
    };
    [Job::Owned(lead), Job::Expr(arg.value, indent)]
}

fn part(part: &FPart, indent: usize) -> Vec<Job<'_>> {
    match part {
        FPart::Text(text) => vec![Job::Owned(format!(" {text:?}"))],
        FPart::Value { value, debug, conversion, spec } => {
            let mut jobs = spaced([*value], indent);
            jobs.extend(debug.iter().map(|text| Job::Owned(format!(" debug={text:?}"))));
            jobs.extend(conversion.iter().map(|c| Job::Owned(format!(" !{c}"))));
            if !spec.is_empty() {
                jobs.extend([Job::Text(" spec"), Job::Parts(spec, indent)]);
            }
            let mut all = vec![Job::Text(" ")];
            all.extend(form("value", jobs));
            all
        }
    }
}

fn index_item(item: &IndexItem, indent: usize) -> Vec<Job<'_>> {
    match item {
        IndexItem::Expr(id) => spaced([*id], indent),
        IndexItem::Spread(id) => vec![Job::Text(" *"), Job::Expr(*id, indent)],
        IndexItem::Ellipsis(_) => vec![Job::Text(" ...")],
        IndexItem::Slice { start, stop, step, .. } => {
            let place = |id: &Option<ExprId>| id.map_or(Job::Text("_"), |id| Job::Expr(id, indent));
            let mut jobs = vec![Job::Text(" ")];
            let mut inner = vec![Job::Text(" "), place(start), Job::Text(" "), place(stop)];
            if step.is_some() {
                inner.extend([Job::Text(" "), place(step)]);
            }
            jobs.extend(form("slice", inner));
            jobs
        }
    }
}

fn target_jobs(target: &Target, indent: usize) -> Vec<Job<'_>> {
    match target {
        Target::Name(ident) => vec![Job::Owned(ident.name.clone())],
        Target::Tuple(items, _) => {
            let one = |item| [Job::Text(" "), Job::Target(item, indent)];
            form("tuple", items.iter().flat_map(one).collect())
        }
        Target::Index { base, items, .. } => {
            let mut jobs = spaced([*base], indent);
            jobs.push(Job::Items(items, indent));
            form("index", jobs)
        }
        Target::Attr { base, name, .. } => {
            let mut jobs = spaced([*base], indent);
            jobs.push(Job::Owned(format!(" {}", name.name)));
            form(".", jobs)
        }
        Target::Error(_) => vec![Job::Text("<error>")],
    }
}

fn function_jobs(function: &Function, indent: usize) -> Vec<Job<'_>> {
    let mut params = vec![];
    for param in &function.params {
        let star = if param.rest { " *" } else { " " };
        params.push(Job::Owned(format!("{star}{}", param.name.name)));
        params.extend(param.contract.iter().map(|c| Job::Owned(format!(": {}", contract(c)))));
        params.extend(param.default.iter().flat_map(|d| [Job::Text(" = "), Job::Expr(*d, indent)]));
    }
    let mut jobs = vec![Job::Text(" ")];
    jobs.extend(form("params", params));
    jobs.extend(function.result.iter().map(|r| Job::Owned(format!(" -> {}", contract(r)))));
    match &function.body {
        Body::Expr(value) => jobs.extend(spaced([*value], indent)),
        Body::Block(block) => jobs.push(Job::Block(block, indent + 1)),
    }
    jobs
}

/// A contract as it is written; contracts nest no deeper than brackets.
pub fn contract(contract_: &TypeExpr) -> String {
    match contract_ {
        TypeExpr::Named { name, dims: None, .. } => name.name.clone(),
        TypeExpr::Named { name, dims: Some(dims), .. } => {
            let dims: Vec<String> = dims.iter().map(dimension).collect();
            format!("{}[{}]", name.name, dims.join(", "))
        }
        TypeExpr::Tuple(items, _) => {
            let items: Vec<String> = items.iter().map(contract).collect();
            format!("({})", items.join(", "))
        }
    }
}

fn dimension(dim: &DimExpr) -> String {
    match dim {
        DimExpr::Letter { name, offset: 0 } => name.name.clone(),
        DimExpr::Letter { name, offset } => format!("{}{offset:+}", name.name),
        DimExpr::Const(value, _) => value.to_string(),
        DimExpr::Ellipsis(_) => "...".to_string(),
    }
}

fn doc_jobs<'a>(doc: &Option<String>) -> Option<Job<'a>> {
    doc.as_ref().map(|doc| Job::Owned(format!(" doc={doc:?}")))
}

fn stmt(kind: &StmtKind, indent: usize) -> Vec<Job<'_>> {
    match kind {
        StmtKind::Bad => vec![Job::Text("<bad>")],
        StmtKind::Expr(id) => vec![Job::Expr(*id, indent)],
        StmtKind::Assign { target, value } => {
            let mut jobs = vec![Job::Text(" "), Job::Target(target, indent)];
            jobs.extend(spaced([*value], indent));
            form("=", jobs)
        }
        StmtKind::Update { target, op, value, .. } => {
            let mut jobs = vec![Job::Text(" "), Job::Target(target, indent)];
            jobs.extend(spaced([*value], indent));
            form(format!("{}=", binary_name(*op)), jobs)
        }
        StmtKind::Fn { name, function, doc } => {
            let mut jobs: Vec<Job> = doc_jobs(doc).into_iter().collect();
            jobs.extend(function_jobs(function, indent));
            form(format!("fn {}", name.name), jobs)
        }
        StmtKind::Param { name, default, doc } => {
            let mut jobs: Vec<Job> = doc_jobs(doc).into_iter().collect();
            jobs.extend(spaced([*default], indent));
            form(format!("param {}", name.name), jobs)
        }
        StmtKind::Import { source, alias, names } => {
            vec![Job::Owned(import(source, alias.as_ref(), names.as_deref()))]
        }
        StmtKind::For { target, iter, body } => {
            let mut jobs = vec![Job::Text(" "), Job::Target(target, indent)];
            jobs.extend([Job::Text(" in "), Job::Expr(*iter, indent)]);
            jobs.push(Job::Block(body, indent + 1));
            form("for", jobs)
        }
        StmtKind::While { cond, body } => {
            let mut jobs = spaced([*cond], indent);
            jobs.push(Job::Block(body, indent + 1));
            form("while", jobs)
        }
        StmtKind::Break => vec![Job::Text("(break)")],
        StmtKind::Continue => vec![Job::Text("(continue)")],
        StmtKind::Return(value) => form("return", spaced(*value, indent)),
        StmtKind::Assert { cond, message } => {
            form("assert", spaced([*cond].into_iter().chain(*message), indent))
        }
    }
}

fn import(
    source: &ImportSource,
    alias: Option<&Ident>,
    names: Option<&[(Ident, Option<Ident>)]>,
) -> String {
    let mut text = match source {
        ImportSource::Module(name) => format!("(import {}", name.name),
        ImportSource::File(path, _) => format!("(import {path:?}"),
    };
    let renamed =
        |alias: Option<&Ident>| alias.map_or(String::new(), |a| format!(" as {}", a.name));
    text.push_str(&renamed(alias));
    for (name, alias) in names.unwrap_or_default() {
        text.push_str(&format!(" ({}{})", name.name, renamed(alias.as_ref())));
    }
    text + ")"
}

/// How a prefix operator is written.
pub fn unary_name(op: UnaryOp) -> &'static str {
    match op {
        UnaryOp::Neg => "-",
        UnaryOp::Pos => "+",
        UnaryOp::Invert => "~",
        UnaryOp::Not => "not",
    }
}

/// How an infix operator is written.
pub fn binary_name(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Or => "or",
        BinaryOp::And => "and",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
        BinaryOp::In => "in",
        BinaryOp::NotIn => "not in",
        BinaryOp::BitOr => "|",
        BinaryOp::BitXor => "^",
        BinaryOp::BitAnd => "&",
        BinaryOp::Shl => "<<",
        BinaryOp::Shr => ">>",
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::FloorDiv => "//",
        BinaryOp::Mod => "%",
        BinaryOp::MatMul => "@",
        BinaryOp::Pow => "**",
    }
}
