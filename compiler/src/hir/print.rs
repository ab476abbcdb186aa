//! Text of lowered programs, for `arr dump --stage hir`.
//!
//! `%3` is variable 3 of the running function, `^1%3` that of the function (or script) around it.

use super::{
    Arg, BlockId, Body, Element, ExprId, ExprKind, FormatPart, FunctionId, Item, Place, Step,
    StmtId, StmtKind, Unit,
};
use crate::value::Value;
use std::fmt::{self, Display, Formatter, Write};

impl Display for Unit {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut names: Vec<_> = self.names.iter().map(|(name, slot)| (*slot, name)).collect();
        names.sort();
        for (slot, name) in names {
            writeln!(f, "%{slot} is {name}")?;
        }
        let mut printer = Printer { unit: self, out: String::new(), indent: 0 };
        printer.block(self.top)?;
        f.write_str(&printer.out)
    }
}

struct Printer<'a> {
    unit: &'a Unit,
    out: String,
    indent: usize,
}

impl Printer<'_> {
    fn line(&mut self) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n("    ", self.indent));
    }

    fn block(&mut self, id: BlockId) -> fmt::Result {
        let unit = self.unit;
        for (slot, function) in &unit[id].functions {
            self.line();
            write!(self.out, "%{slot} = ")?;
            self.function(*function)?;
        }
        for &stmt in &unit[id].stmts {
            self.line();
            self.stmt(stmt)?;
        }
        Ok(())
    }

    fn braces(&mut self, id: BlockId) -> fmt::Result {
        self.out.push('{');
        self.indent += 1;
        self.block(id)?;
        self.indent -= 1;
        self.line();
        self.out.push('}');
        Ok(())
    }

    fn function(&mut self, id: FunctionId) -> fmt::Result {
        let function = &self.unit[id];
        let params: Vec<String> =
            function.params.iter().map(|p| format!("%{} {}", p.slot, p.name)).collect();
        write!(self.out, "fn {}({}) ", function.name, params.join(", "))?;
        match function.body {
            Body::Expr(e) => {
                self.out.push_str("= ");
                self.expr(e)
            }
            Body::Block(b) => self.braces(b),
        }
    }

    fn stmt(&mut self, id: StmtId) -> fmt::Result {
        match &self.unit[id].kind {
            StmtKind::Nothing => self.out.push_str("nothing"),
            StmtKind::Expr(e) => self.expr(*e)?,
            StmtKind::Assign(place, e) => {
                self.place(place)?;
                self.out.push_str(" = ");
                self.expr(*e)?;
            }
            StmtKind::Update { place, op, value, .. } => {
                self.place(place)?;
                write!(self.out, " {op:?}= ")?;
                self.expr(*value)?;
            }
            StmtKind::Param { slot, name, default } => {
                write!(self.out, "param %{slot} {name} = ")?;
                self.expr(*default)?;
            }
            StmtKind::Import(import) => {
                write!(self.out, "import {:?}", import.source)?;
                import.whole.iter().try_for_each(|slot| write!(self.out, " as %{slot}"))?;
                for (name, _, slot) in &import.names {
                    write!(self.out, " {name} as %{slot}")?;
                }
            }
            StmtKind::For { place, iter, body } => {
                self.out.push_str("for ");
                self.place(place)?;
                self.out.push_str(" in ");
                self.expr(*iter)?;
                self.out.push(' ');
                self.braces(*body)?;
            }
            StmtKind::While { cond, body } => {
                self.out.push_str("while ");
                self.expr(*cond)?;
                self.out.push(' ');
                self.braces(*body)?;
            }
            StmtKind::Break => self.out.push_str("break"),
            StmtKind::Continue => self.out.push_str("continue"),
            StmtKind::Return(value) => {
                self.out.push_str("return ");
                value.map_or(Ok(()), |e| self.expr(e))?;
            }
            StmtKind::Assert { cond, .. } => {
                self.out.push_str("assert ");
                self.expr(*cond)?;
            }
        }
        self.deaths(id)
    }

    fn deaths(&mut self, id: StmtId) -> fmt::Result {
        let dead = self.unit.deaths.here(id).iter().chain(self.unit.deaths.exit(id));
        let dead: Vec<String> = dead.map(|s| format!("%{s}")).collect();
        match dead.is_empty() {
            true => Ok(()),
            false => write!(self.out, "    # last use of {}", dead.join(", ")),
        }
    }

    fn place(&mut self, place: &Place) -> fmt::Result {
        match place {
            Place::Slot(slot, _) => write!(self.out, "%{slot}"),
            Place::Tuple(items, _) => {
                self.out.push('(');
                for item in items {
                    self.place(item)?;
                    self.out.push_str(", ");
                }
                self.out.push(')');
                Ok(())
            }
            Place::Path(slot, steps, _) => {
                write!(self.out, "%{slot}")?;
                for step in steps {
                    match step {
                        Step::Index(items, _) => self.items(items)?,
                        Step::Field(name, _) => write!(self.out, ".{name}")?,
                    }
                }
                Ok(())
            }
            Place::Error => write!(self.out, "error"),
        }
    }

    /// An expression; chains on the left are written from their innermost part outwards.
    fn expr(&mut self, id: ExprId) -> fmt::Result {
        let mut links = vec![];
        let mut at = id;
        while let Some(left) = self.unit.left(at) {
            links.push(at);
            at = left;
        }
        for &link in &links {
            let kind = &self.unit[link].kind;
            if matches!(kind, ExprKind::Binary { .. } | ExprKind::And(..) | ExprKind::Or(..)) {
                self.out.push('(');
            }
        }
        self.leaf(at)?;
        links.iter().rev().try_for_each(|&link| self.link(link))
    }

    fn link(&mut self, id: ExprId) -> fmt::Result {
        match &self.unit[id].kind {
            ExprKind::Binary { op, rhs, .. } => {
                write!(self.out, " {op:?} ")?;
                self.expr(*rhs)?;
                self.out.push(')');
            }
            ExprKind::And(_, rhs) | ExprKind::Or(_, rhs) => {
                let and = matches!(self.unit[id].kind, ExprKind::And(..));
                self.out.push_str(if and { " and " } else { " or " });
                self.expr(*rhs)?;
                self.out.push(')');
            }
            ExprKind::Call { args, .. } => self.args(args)?,
            ExprKind::Method { method, args, .. } => {
                write!(self.out, ".{}", method.name)?;
                self.args(args)?;
            }
            ExprKind::Attr { name, .. } => write!(self.out, ".{name}")?,
            ExprKind::Index { items, .. } => self.items(items)?,
            _ => {}
        }
        Ok(())
    }

    fn leaf(&mut self, id: ExprId) -> fmt::Result {
        match &self.unit[id].kind {
            ExprKind::Fixed(value) => self.value(value),
            ExprKind::Local(slot) => write!(self.out, "%{slot}"),
            ExprKind::Outer(depth, slot) => write!(self.out, "^{depth}%{slot}"),
            ExprKind::Array(items) => self.elements('[', items, ']'),
            ExprKind::Tuple(items) => self.elements('(', items, ')'),
            ExprKind::Comprehension(c) => {
                self.out.push('[');
                self.expr(c.item)?;
                self.out.push_str(" for ");
                self.place(&c.target)?;
                self.out.push_str(" in ");
                self.expr(c.iter)?;
                if let Some(cond) = c.cond {
                    self.out.push_str(" if ");
                    self.expr(cond)?;
                }
                self.out.push(']');
                Ok(())
            }
            ExprKind::Unary(op, arg) => {
                write!(self.out, "{op:?} ")?;
                self.expr(*arg)
            }
            ExprKind::Function(id) => self.function(*id),
            ExprKind::If { arms, otherwise } => {
                for (cond, block) in arms {
                    self.out.push_str("if ");
                    self.expr(*cond)?;
                    self.out.push(' ');
                    self.braces(*block)?;
                    self.out.push_str(" else ");
                }
                self.braces(*otherwise)
            }
            ExprKind::Format(parts) => self.format(parts),
            _ => write!(self.out, "error"),
        }
    }

    fn value(&mut self, value: &Value) -> fmt::Result {
        match value {
            Value::None => write!(self.out, "none"),
            Value::Bool(v) => write!(self.out, "{v}"),
            Value::Int(v) => write!(self.out, "{v}"),
            Value::Float(v) => write!(self.out, "{v:?}"),
            Value::Complex(re, im) => write!(self.out, "{re:?}{im:+?}j"),
            Value::Str(text) => write!(self.out, "{text:?}"),
            Value::DType(dtype) => write!(self.out, "{dtype}"),
            Value::Builtin(builtin) => write!(self.out, "{}", builtin.name),
            Value::Function(closure) => write!(self.out, "{}", closure.name()),
            Value::Module(module) => write!(self.out, "{}", module.name),
            other => write!(self.out, "{}", other.type_text()),
        }
    }

    fn elements(&mut self, open: char, items: &[Element], close: char) -> fmt::Result {
        self.out.push(open);
        for (i, item) in items.iter().enumerate() {
            self.out.push_str(if i > 0 { ", " } else { "" });
            self.out.push_str(if item.spread { "*" } else { "" });
            self.expr(item.value)?;
        }
        self.out.push(close);
        Ok(())
    }

    fn args(&mut self, args: &[Arg]) -> fmt::Result {
        self.out.push('(');
        for (i, arg) in args.iter().enumerate() {
            self.out.push_str(if i > 0 { ", " } else { "" });
            self.out.push_str(if arg.spread { "*" } else { "" });
            if let Some((name, _)) = &arg.keyword {
                write!(self.out, "{name}=")?;
            }
            self.expr(arg.value)?;
        }
        self.out.push(')');
        Ok(())
    }

    fn items(&mut self, items: &[Item]) -> fmt::Result {
        self.out.push('[');
        for (i, item) in items.iter().enumerate() {
            self.out.push_str(if i > 0 { ", " } else { "" });
            match item {
                Item::Expr(e) => self.expr(*e)?,
                Item::Spread(e) => {
                    self.out.push('*');
                    self.expr(*e)?;
                }
                Item::Slice(start, stop, step, _) => {
                    start.map_or(Ok(()), |e| self.expr(e))?;
                    self.out.push(':');
                    stop.map_or(Ok(()), |e| self.expr(e))?;
                    if let Some(step) = step {
                        self.out.push(':');
                        self.expr(*step)?;
                    }
                }
                Item::Ellipsis(_) => self.out.push_str("..."),
            }
        }
        self.out.push(']');
        Ok(())
    }

    fn format(&mut self, parts: &[FormatPart]) -> fmt::Result {
        self.out.push_str("format(");
        for part in parts {
            match part {
                FormatPart::Text(text) => write!(self.out, "{text:?}, ")?,
                FormatPart::Value { value, conversion, spec } => {
                    self.expr(*value)?;
                    conversion.map_or(Ok(()), |c| write!(self.out, "!{c}"))?;
                    if !spec.is_empty() {
                        self.out.push(':');
                        self.format(spec)?;
                    }
                    self.out.push_str(", ");
                }
            }
        }
        self.out.push(')');
        Ok(())
    }
}
