//! Subscripts of Einstein sums, and in which order operands are combined.
//!
//! Before: the text and the rank of each operand. After: a label per axis, and pairs of positions.
//! A pair is taken out of the list and what it gives is put at the end, as in NumPy.

/// What an axis is called.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) enum Label {
    /// An axis of `...`, counted from the last.
    Rest(usize),
    /// A letter.
    Letter(char),
}

impl std::fmt::Display for Label {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Label::Rest(n) => write!(f, "[{n}]"),
            Label::Letter(c) => write!(f, "{c}"),
        }
    }
}

/// The labels of every operand and of the result.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Subscripts {
    /// Per operand a label per axis.
    pub terms: Vec<Vec<Label>>,
    /// The labels of the result, each once.
    pub output: Vec<Label>,
}

/// Reads subscripts such as `"ij,jk->ik"` for operands of these ranks; the error says what is
/// wrong with them.
pub(super) fn parse(text: &str, ranks: &[usize]) -> Result<Subscripts, String> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (inputs, output) = match text.split_once("->") {
        Some((inputs, output)) => (inputs, Some(output)),
        None => (&text[..], None),
    };
    let inputs: Vec<&str> = inputs.split(',').collect();
    if inputs.len() != ranks.len() {
        return Err(format!("{} subscripts for {} operands", inputs.len(), ranks.len()));
    }
    let mut terms = vec![];
    for (i, (term, &rank)) in inputs.iter().zip(ranks).enumerate() {
        let (before, after, dots) = letters(term)?;
        let named = before.len() + after.len();
        if named > rank || (named < rank && !dots) {
            return Err(format!("`{term}` does not name the {rank} axes of operand {i}"));
        }
        terms.push([before, rest(rank - named), after].concat());
    }
    let widest = terms.iter().flatten().filter_map(|l| match l {
        Label::Rest(n) => Some(n + 1),
        Label::Letter(_) => None,
    });
    let widest = widest.max().unwrap_or(0);
    let output = match output {
        Some(output) => {
            let (before, after, dots) = letters(output)?;
            if widest > 0 && !dots {
                return Err("the result lacks the axes of `...`".into());
            }
            [before, rest(if dots { widest } else { 0 }), after].concat()
        }
        None => implied(&terms, widest),
    };
    for (i, label) in output.iter().enumerate() {
        if output[..i].contains(label) {
            return Err(format!("`{label}` stands twice in the result"));
        }
        if !terms.iter().flatten().any(|l| l == label) {
            return Err(format!("`{label}` of the result is no axis of an operand"));
        }
    }
    Ok(Subscripts { terms, output })
}

fn rest(n: usize) -> Vec<Label> {
    (0..n).rev().map(Label::Rest).collect()
}

/// The axes of `...`, then the letters that stand once, in the order of the alphabet.
fn implied(terms: &[Vec<Label>], widest: usize) -> Vec<Label> {
    let all: Vec<Label> = terms.iter().flatten().copied().collect();
    let once = |l: &&Label| all.iter().filter(|k| k == l).count() == 1;
    let mut single: Vec<Label> =
        all.iter().filter(|l| matches!(l, Label::Letter(_))).filter(once).copied().collect();
    single.sort_unstable();
    [rest(widest), single].concat()
}

/// The labels before and after `...`, and whether it is there.
#[allow(clippy::type_complexity, reason = "two lists and a flag")]
fn letters(term: &str) -> Result<(Vec<Label>, Vec<Label>, bool), String> {
    let read = |part: &str| -> Result<Vec<Label>, String> {
        part.chars()
            .map(|c| match c.is_ascii_alphabetic() {
                true => Ok(Label::Letter(c)),
                false => Err(format!("`{c}` is no subscript: use letters, `...` and `->`")),
            })
            .collect()
    };
    match term.split_once("...") {
        Some((before, after)) => Ok((read(before)?, read(after)?, true)),
        None => Ok((read(term)?, vec![], false)),
    }
}

/// The labels of either.
pub(super) fn joined(left: &[Label], right: &[Label]) -> Vec<Label> {
    let more = right.iter().filter(|l| !left.contains(l));
    left.iter().chain(more).copied().collect()
}

/// Those that the other operands or the result need.
pub(super) fn kept(labels: &[Label], others: &[Vec<Label>], output: &[Label]) -> Vec<Label> {
    let needed = |l: &&Label| output.contains(l) || others.iter().any(|o| o.contains(l));
    labels.iter().filter(needed).copied().collect()
}

/// Operands up to which every order is tried.
const EXHAUSTIVE: usize = 6;

/// The order in which operands are combined: the cheapest of all for a few, else always the pair
/// that leaves least behind.
pub(super) fn order(
    terms: &[Vec<Label>],
    output: &[Label],
    size: &dyn Fn(Label) -> usize,
) -> Vec<(usize, usize)> {
    let elements = |labels: &[Label]| labels.iter().map(|&l| size(l) as f64).product::<f64>();
    if terms.len() <= EXHAUSTIVE {
        let mut best = (f64::INFINITY, vec![]);
        cheapest(terms, output, &elements, (0.0, &mut vec![]), &mut best);
        return best.1;
    }
    let mut terms = terms.to_vec();
    let mut path = vec![];
    while terms.len() > 1 {
        let mut best: Option<((f64, f64), (usize, usize))> = None;
        for (i, j) in pairs(terms.len()) {
            let (all, after) = combined(&terms, output, i, j);
            let left = elements(after.last().map_or(&[], |l| l));
            let grows = left - elements(&terms[i]) - elements(&terms[j]);
            let rank = (grows, elements(&all));
            if best.as_ref().is_none_or(|b| rank < b.0) {
                best = Some((rank, (i, j)));
            }
        }
        let Some((_, (i, j))) = best else { break };
        terms = combined(&terms, output, i, j).1;
        path.push((i, j));
    }
    path
}

fn pairs(n: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n).flat_map(move |i| (i + 1..n).map(move |j| (i, j)))
}

/// All labels of a pair, and the operands once it is combined.
fn combined(
    terms: &[Vec<Label>],
    output: &[Label],
    i: usize,
    j: usize,
) -> (Vec<Label>, Vec<Vec<Label>>) {
    let mut rest = terms.to_vec();
    let (right, left) = (rest.remove(j), rest.remove(i));
    let all = joined(&left, &right);
    let result = kept(&all, &rest, output);
    rest.push(result);
    (all, rest)
}

/// Tries every order that costs less than the best one so far.
fn cheapest(
    terms: &[Vec<Label>],
    output: &[Label],
    elements: &dyn Fn(&[Label]) -> f64,
    (cost, path): (f64, &mut Vec<(usize, usize)>),
    best: &mut (f64, Vec<(usize, usize)>),
) {
    if terms.len() <= 1 {
        *best = (cost, path.clone());
        return;
    }
    for (i, j) in pairs(terms.len()) {
        let (all, after) = combined(terms, output, i, j);
        let cost = cost + elements(&all);
        if cost < best.0 {
            path.push((i, j));
            cheapest(&after, output, elements, (cost, path), best);
            path.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(labels: &[Label]) -> String {
        labels.iter().map(Label::to_string).collect()
    }

    #[test]
    fn subscripts_are_read() {
        let check = |spec: &str, ranks: &[usize], terms: &str, output: &str| {
            let s = parse(spec, ranks).expect(spec);
            let found: Vec<String> = s.terms.iter().map(|t| text(t)).collect();
            assert_eq!((found.join(","), text(&s.output)), (terms.into(), output.into()), "{spec}");
        };
        check("ij,jk", &[2, 2], "ij,jk", "ik");
        check("ba", &[2], "ba", "ab");
        check("ii", &[2], "ii", "");
        check(" i j -> j i ", &[2], "ij", "ji");
        check("i...,...j", &[3, 2], "i[1][0],[0]j", "[1][0]ij");
        check("...->...", &[2], "[1][0]", "[1][0]");
        check("i...->...i", &[1], "i", "i");
        let refused = |spec: &str, ranks: &[usize]| assert!(parse(spec, ranks).is_err(), "{spec}");
        refused("ij", &[2, 2]);
        refused("ij", &[3]);
        refused("ijk...", &[2]);
        refused("i1", &[2]);
        refused("ij->iji", &[2]);
        refused("ij->k", &[2]);
        refused("i...->i", &[2]);
        refused("i......", &[2]);
        refused("ij->i->j", &[2]);
    }

    #[test]
    fn orders_are_cheap_and_complete() {
        let spec = parse("ab,bc,cd,de,ef,fg,gh->ah", &[2; 7]).expect("subscripts");
        let sizes = |l: Label| if l == Label::Letter('h') { 1 } else { 50 };
        let path = order(&spec.terms, &spec.output, &sizes);
        assert_eq!(path.len(), 6);
        // Always from the thin end.
        assert_eq!(path[0], (5, 6));
        let spec = parse("ab,bc,c->a", &[2, 2, 1]).expect("subscripts");
        assert_eq!(order(&spec.terms, &spec.output, &|_| 10), [(1, 2), (0, 1)]);
        assert_eq!(order(&spec.terms[..1], &spec.output, &|_| 10), []);
    }
}
