//! Contracts: the types that a function states for its parameters and its result.

use super::Lowerer;
use crate::hir::{Contract, ContractKind, Size};
use crate::suggest;
use arr_ir::dtype::{DType, Kind};
use arr_syntax::ast::{DimExpr, Ident, TypeExpr};
use arr_syntax::diag::{Diagnostic, Span};

/// A name, and which dtypes it stands for.
type Group = (&'static str, fn(DType) -> bool);

/// Names that stand for several dtypes.
const GROUPS: &[Group] = &[
    ("array", |_| true),
    ("numeric", |d| d != DType::Bool),
    ("real", |d| d != DType::Bool && d.kind() != Kind::Complex),
    ("integer", DType::is_integer),
    ("integral", DType::is_integer),
    ("signed", |d| d.kind() == Kind::Signed),
    ("unsigned", |d| d.kind() == Kind::Unsigned),
    ("inexact", DType::is_inexact),
    ("floating", |d| d.kind() == Kind::Float),
    ("complexfloating", |d| d.kind() == Kind::Complex),
];

/// Names of kinds of values that are not arrays.
const KINDS: &[(&str, ContractKind)] = &[
    ("any", ContractKind::Any),
    ("int", ContractKind::Int),
    ("float", ContractKind::Float),
    ("str", ContractKind::Str),
    ("function", ContractKind::Function),
    ("dtype", ContractKind::DType),
    ("tuple", ContractKind::AnyTuple),
    ("record", ContractKind::Record),
];

impl Lowerer<'_> {
    pub(super) fn contract(&mut self, ty: &TypeExpr) -> Contract {
        match ty {
            TypeExpr::Named { name, dims, span } => {
                let kind = self.named_contract(name, dims.as_deref());
                Contract { kind, span: *span, text: self.slice(*span) }
            }
            TypeExpr::Tuple(items, span) => {
                let items = items.iter().map(|t| self.contract(t)).collect();
                let kind = ContractKind::Tuple(items);
                Contract { kind, span: *span, text: self.slice(*span) }
            }
        }
    }

    fn named_contract(&mut self, name: &Ident, dims: Option<&[DimExpr]>) -> ContractKind {
        if let Some(kind) = KINDS.iter().find(|k| k.0 == name.name) {
            if dims.is_some() {
                let title = format!("`{}` has no dimensions", name.name);
                let hint = "arrays are written with a dtype or a kind: `float64[n]`, `real[n, m]`";
                self.report(Diagnostic::error("E0121", title, name.span).hint(hint));
            }
            return kind.1.clone();
        }
        let group = GROUPS.iter().find(|g| g.0 == name.name).map(|g| g.1);
        let dtypes: Vec<DType> = match (DType::from_name(&name.name), group) {
            (Some(dtype), _) => vec![dtype],
            (None, Some(member)) => DType::ALL.into_iter().filter(|&d| member(d)).collect(),
            (None, None) => {
                self.unknown_type(name);
                return ContractKind::Any;
            }
        };
        match dims {
            None if name.name == "array" => ContractKind::AnyRank(dtypes),
            None => ContractKind::Array(dtypes, vec![]),
            Some(dims) => self.sizes(dtypes, dims),
        }
    }

    fn sizes(&mut self, dtypes: Vec<DType>, dims: &[DimExpr]) -> ContractKind {
        let mut rest: Option<Span> = None;
        let mut sizes = vec![];
        for dim in dims {
            match dim {
                DimExpr::Letter { name, offset } => {
                    sizes.push(Size::Letter(name.name.as_str().into(), *offset));
                }
                DimExpr::Const(n, _) => sizes.push(Size::Const(*n)),
                DimExpr::Ellipsis(span) => {
                    if rest.replace(*span).is_some() {
                        let title = "a contract can hold `...` only once";
                        self.report(Diagnostic::error("E0121", title, *span));
                        continue;
                    }
                    sizes.push(Size::Rest);
                }
            }
        }
        match sizes[..] {
            [Size::Rest] => ContractKind::AnyRank(dtypes),
            _ => ContractKind::Array(dtypes, sizes),
        }
    }

    fn unknown_type(&mut self, name: &Ident) {
        let title = format!("unknown type `{}`", name.name);
        let mut diagnostic = Diagnostic::error("E0121", title, name.span);
        let known = DType::ALL.into_iter().map(DType::name);
        let known = known.chain(GROUPS.iter().map(|g| g.0)).chain(KINDS.iter().map(|k| k.0));
        diagnostic = match suggest::nearest(&name.name, known) {
            Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
            None => diagnostic.hint(
                "a contract is a dtype (`float64`), a kind (`numeric`, `real`, `integer`, \
                 `floating`), `array`, `int`, `float`, `str`, `function`, `tuple`, `record` or `any`",
            ),
        };
        self.report(diagnostic);
    }
}

/// Visits the letters of a contract.
pub(super) fn letters(contract: &Contract, see: &mut dyn FnMut(&str)) {
    match &contract.kind {
        ContractKind::Array(_, sizes) => {
            for size in sizes {
                if let Size::Letter(name, _) = size {
                    see(name);
                }
            }
        }
        ContractKind::Tuple(items) => items.iter().for_each(|c| letters(c, see)),
        _ => {}
    }
}
