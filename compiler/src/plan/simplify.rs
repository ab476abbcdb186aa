//! Simplification: graph to an equal graph with less to do.
//!
//! Every rule is exact: the result has the same bits for every input, NaN, infinities and signed
//! zeros included. (`x + 0` stays: it is not `x` for -0. `x * 0` stays: it is not 0 for NaN.)

use arr_ir::dtype::{DType, Scalar};
use arr_ir::eval;
use arr_ir::graph::{Args, Builder, Graph, Node, NodeId, Op};
use arr_ir::op::MapOp;
use arr_ir::shape::{IndexMap, Reach, count};

/// What a rule makes of a node: another node of the new graph, or other parts.
enum Rewrite {
    To(NodeId),
    Node(Op, Args),
}

/// One rule: its name says what it does.
struct Rule {
    #[allow(dead_code, reason = "rows read aloud; the name is for whoever debugs a rewrite")]
    name: &'static str,
    apply: fn(&Node, &Graph) -> Option<Rewrite>,
}

const RULES: &[Rule] = &[
    Rule { name: "view of a view -> one view", apply: view_of_view },
    Rule { name: "view of an update -> view of what it reads", apply: view_of_update },
    Rule { name: "identity view -> argument", apply: identity_view },
    Rule { name: "reshape of a reshape -> one reshape", apply: reshape_of_reshape },
    Rule { name: "reshape to the same shape -> argument", apply: same_reshape },
    Rule { name: "reshape of a broadcast scalar -> broadcast", apply: reshape_of_scalar },
    Rule { name: "reshape of random numbers -> random numbers", apply: reshape_of_random },
    Rule { name: "cast to the same dtype -> argument", apply: same_cast },
    Rule { name: "map of a broadcast scalar -> map of the scalar", apply: scalar_operand },
    Rule { name: "map of constants -> constant", apply: constant_map },
    Rule { name: "x*1, x/1, x-0 -> x", apply: neutral },
    Rule { name: "truth value != 0 -> truth value", apply: truth },
    Rule { name: "x**2 -> x*x", apply: square },
    Rule { name: "-(-x), not not x -> x", apply: involution },
    Rule { name: "reduction of nothing -> identity", apply: empty_reduce },
];

/// Applies the rules to every node, arguments first, until none fits; drops what no root needs.
pub fn simplify(graph: &Graph) -> Graph {
    let mut builder = Builder::default();
    let mut new: Vec<Option<NodeId>> = vec![None; graph.nodes.len()];
    for (i, live) in reachable(graph).into_iter().enumerate() {
        if live {
            let node = &graph.nodes[i];
            let args = node.args.iter().map(|a| new[a.0 as usize].expect("in order")).collect();
            new[i] = Some(rebuild(&mut builder, Node { args, ..node.clone() }));
        }
    }
    let roots = graph.roots.iter().map(|r| new[r.0 as usize].expect("roots are live")).collect();
    builder.finish(roots)
}

/// Of how many elements of a concatenation one is read where little of it is.
const LITTLE: usize = 8;

fn reachable(graph: &Graph) -> Vec<bool> {
    let mut live = vec![false; graph.nodes.len()];
    for r in &graph.roots {
        live[r.0 as usize] = true;
    }
    for i in (0..graph.nodes.len()).rev() {
        if live[i] {
            for a in &graph.nodes[i].args {
                live[a.0 as usize] = true;
            }
        }
    }
    live
}

fn rebuild(builder: &mut Builder, mut node: Node) -> NodeId {
    // Every rewrite removes a node or an argument's layer; the bound is a net.
    for _ in 0..64 {
        match RULES.iter().find_map(|r| (r.apply)(&node, builder.graph())) {
            None => break,
            Some(Rewrite::To(id)) => return id,
            Some(Rewrite::Node(op, args)) => node = Node { op, args, ..node },
        }
    }
    if let Some(id) = reshape_of_map(builder, &node) {
        return id;
    }
    if let Op::Concat(_) = node.op {
        for arg in &mut node.args {
            *arg = view_of_concat(builder, *arg).unwrap_or(*arg);
        }
    }
    builder.node(node.op, node.args, node.dtype, node.shape)
}

fn view_of_view(node: &Node, g: &Graph) -> Option<Rewrite> {
    let Op::View(outer) = &node.op else { return None };
    let arg = &g[node.args[0]];
    let Op::View(inner) = &arg.op else { return None };
    Some(Rewrite::Node(Op::View(outer.then(inner)), arg.args.clone()))
}

/// A view that lies whole in the elements that an update writes reads these, and one that meets
/// none of them what was there before.
fn view_of_update(node: &Node, g: &Graph) -> Option<Rewrite> {
    let Op::View(map) = &node.op else { return None };
    let Op::Update { start, step } = &g[node.args[0]].op else { return None };
    let [base, value] = g[node.args[0]].args[..] else { return None };
    let (map, source) = match map.reach(&node.shape, (start, step, &g[value].shape)) {
        Reach::Inside(map) => (map, value),
        Reach::Outside => (map.clone(), base),
        Reach::Across => return None,
    };
    Some(Rewrite::Node(Op::View(map), [source].into_iter().collect()))
}

fn identity_view(node: &Node, g: &Graph) -> Option<Rewrite> {
    let Op::View(map) = &node.op else { return None };
    let same = g[node.args[0]].shape == node.shape && map.is_identity(node.shape.len());
    same.then_some(Rewrite::To(node.args[0]))
}

fn reshape_of_reshape(node: &Node, g: &Graph) -> Option<Rewrite> {
    let arg = &g[node.args[0..].first().copied()?];
    (node.op == Op::Reshape && arg.op == Op::Reshape)
        .then(|| Rewrite::Node(Op::Reshape, arg.args.clone()))
}

fn same_reshape(node: &Node, g: &Graph) -> Option<Rewrite> {
    (node.op == Op::Reshape && g[node.args[0]].shape == node.shape)
        .then(|| Rewrite::To(node.args[0]))
}

/// The 0-d node that `id` broadcasts, if it does.
fn broadcast_scalar(g: &Graph, id: NodeId) -> Option<NodeId> {
    let node = &g[id];
    let Op::View(_) = node.op else { return None };
    let arg = node.args[0];
    (g[arg].shape.is_empty() && !node.shape.contains(&0)).then_some(arg)
}

fn reshape_of_scalar(node: &Node, g: &Graph) -> Option<Rewrite> {
    if node.op != Op::Reshape {
        return None;
    }
    let scalar = broadcast_scalar(g, node.args[0])?;
    let map = IndexMap::broadcast(&[], &node.shape);
    Some(Rewrite::Node(Op::View(map), [scalar].into_iter().collect()))
}

fn reshape_of_random(node: &Node, g: &Graph) -> Option<Rewrite> {
    let arg = &g[*node.args.first()?];
    match (&node.op, &arg.op) {
        (Op::Reshape, Op::Random(_)) => Some(Rewrite::Node(arg.op.clone(), arg.args.clone())),
        _ => None,
    }
}

fn same_cast(node: &Node, g: &Graph) -> Option<Rewrite> {
    let same = node.op == Op::Map(MapOp::Cast) && g[node.args[0]].dtype == node.dtype;
    same.then(|| Rewrite::To(node.args[0]))
}

fn scalar_operand(node: &Node, g: &Graph) -> Option<Rewrite> {
    let Op::Map(_) = node.op else { return None };
    // One operand must keep the node's shape.
    let scalar = |&a: &NodeId| broadcast_scalar(g, a);
    let wide = |a: &NodeId| !g[*a].shape.is_empty() && scalar(a).is_none();
    if !node.args.iter().any(wide) || !node.args.iter().any(|a| scalar(a).is_some()) {
        return None;
    }
    let args = node.args.iter().map(|a| scalar(a).unwrap_or(*a)).collect();
    Some(Rewrite::Node(node.op.clone(), args))
}

fn constant(g: &Graph, id: NodeId) -> Option<Scalar> {
    match g[id].op {
        Op::Const(s) => Some(s),
        _ => None,
    }
}

fn constant_map(node: &Node, g: &Graph) -> Option<Rewrite> {
    let Op::Map(op) = node.op else { return None };
    let args: Vec<Scalar> =
        node.args.iter().map(|&a| constant(g, a)).collect::<Option<Vec<_>>>()?;
    (node.shape.is_empty() && args.iter().all(|a| a.dtype.kind() != arr_ir::dtype::Kind::Complex))
        .then(|| Rewrite::Node(Op::Const(eval::apply(op, &args, node.dtype)), Args::new()))
}

fn neutral(node: &Node, g: &Graph) -> Option<Rewrite> {
    let Op::Map(op) = node.op else { return None };
    let is = |i: usize, v: f64| {
        node.args.get(i).and_then(|&a| constant(g, a)).is_some_and(|s| {
            s.dtype != DType::Bool && s.as_f64() == v && s.as_f64().is_sign_positive()
        })
    };
    let whole =
        |i: usize| g[node.args[i]].shape == node.shape && g[node.args[i]].dtype == node.dtype;
    let keep = match op {
        MapOp::Mul | MapOp::Div if is(1, 1.0) => 0,
        MapOp::Mul if is(0, 1.0) => 1,
        MapOp::Sub if is(1, 0.0) => 0,
        _ => return None,
    };
    whole(keep).then(|| Rewrite::To(node.args[keep]))
}

/// A bool, or what it is as a number, compared with 0.
fn truth(node: &Node, g: &Graph) -> Option<Rewrite> {
    let (Op::Map(MapOp::Ne), [x, y]) = (&node.op, &node.args[..]) else { return None };
    let zero = constant(g, *y).is_some_and(|s| s.as_f64() == 0.0);
    let value = match g[*x].op {
        Op::Map(MapOp::Cast) => g[*x].args[0],
        _ => *x,
    };
    let same = g[value].dtype == DType::Bool && g[value].shape == node.shape;
    (zero && same).then_some(Rewrite::To(value))
}

fn square(node: &Node, g: &Graph) -> Option<Rewrite> {
    let (Op::Map(MapOp::Pow), [x, y]) = (&node.op, &node.args[..]) else { return None };
    let two = constant(g, *y).is_some_and(|s| s.as_f64() == 2.0);
    let same = g[*x].dtype == node.dtype && g[*x].shape == node.shape;
    (two && same).then(|| Rewrite::Node(Op::Map(MapOp::Mul), Args::from_iter([*x, *x])))
}

fn involution(node: &Node, g: &Graph) -> Option<Rewrite> {
    let Op::Map(op @ (MapOp::Neg | MapOp::Invert)) = node.op else { return None };
    let arg = &g[node.args[0]];
    (arg.op == Op::Map(op)).then(|| Rewrite::To(arg.args[0]))
}

fn empty_reduce(node: &Node, g: &Graph) -> Option<Rewrite> {
    let Op::Reduce { op, axes } = node.op else { return None };
    let shape = &g[node.args[0]].shape;
    let empty = (0..shape.len()).any(|a| axes & (1 << a) != 0 && shape[a] == 0);
    // The identity stands in a 0-d constant only where the result is 0-d; a wider one is left to
    // the builder, which stores it.
    (empty && node.shape.is_empty())
        .then(|| Rewrite::Node(Op::Const(eval::empty_fold(op, node.dtype)), Args::new()))
}

/// `reshape(f(a, b))` is `f(reshape(a), reshape(b))` when every operand is whole: then the
/// reshape reaches stored arrays, where it costs nothing.
fn reshape_of_map(builder: &mut Builder, node: &Node) -> Option<NodeId> {
    if node.op != Op::Reshape {
        return None;
    }
    let arg = builder.graph()[node.args[0]].clone();
    let Op::Map(_) = arg.op else { return None };
    let leaf = |a: &NodeId| {
        let n = &builder.graph()[*a];
        n.shape.is_empty() || matches!(n.op, Op::Input(_) | Op::Random(_) | Op::Reshape)
    };
    if count(&arg.shape) == 0 || !arg.args.iter().all(leaf) {
        return None;
    }
    let args: Args = arg
        .args
        .iter()
        .map(|&a| {
            let n = builder.graph()[a].clone();
            if n.shape.is_empty() {
                return a;
            }
            let reshaped = Node {
                op: Op::Reshape,
                args: [a].into_iter().collect(),
                dtype: n.dtype,
                shape: node.shape.clone(),
            };
            rebuild(builder, reshaped)
        })
        .collect();
    Some(builder.node(arg.op, args, node.dtype, node.shape.clone()))
}

/// A concatenation that is turned, or of which little is read, is a concatenation of such readings:
/// inside another one its pieces then go where they belong at once.
fn view_of_concat(builder: &mut Builder, id: NodeId) -> Option<NodeId> {
    let view = builder.graph()[id].clone();
    let Op::View(map) = &view.op else { return None };
    let whole = builder.graph()[view.args[0]].clone();
    let Op::Concat(axis) = whole.op else { return None };
    let axis = axis as usize;
    let along = map.along(axis)?;
    let few = count(&view.shape).checked_mul(LITTLE)? <= count(&whole.shape);
    let turned = view.shape.len() == whole.shape.len()
        && count(&view.shape) == count(&whole.shape)
        && (0..whole.shape.len()).all(|a| map.along(a).is_some());
    if view.shape[along] != whole.shape[axis] || !few && !turned {
        return None;
    }
    let pieces: Args = whole
        .args
        .iter()
        .map(|&piece| {
            let mut shape = view.shape.clone();
            shape[along] = builder.graph()[piece].shape[axis];
            let args = [piece].into_iter().collect();
            rebuild(builder, Node { op: view.op.clone(), args, dtype: view.dtype, shape })
        })
        .collect();
    let joined = Node { op: Op::Concat(along as u8), args: pieces, ..view };
    Some(rebuild(builder, joined))
}
