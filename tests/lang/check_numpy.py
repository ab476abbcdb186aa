"""Runs the programs of this folder under NumPy and compares with the .out files beside them.

The programs are translated line by line: blocks to indentation, `fn` to `def`, bracket literals to
arrays, `x.f(a)` to `f(x, a)`, and assignment to a copy. Programs that say `# test: no-numpy` use
what NumPy lacks and are left out; their expectations were read by a person. Tokens that are
numbers may differ in their last digits.

    python check_numpy.py [NAME...]
"""

import ast
import contextlib
import io
import pathlib
import re
import sys
import warnings

import numpy as np

HERE = pathlib.Path(__file__).parent


def pieces(text):
    """Splits a program into (kind, text): statements, `{` after a header, and `}`."""
    out, line, depth, quote, i = [], "", 0, None, 0
    braces = []

    def flush():
        nonlocal line
        if line.strip():
            out.append(("line", line.strip()))
        line = ""

    while i < len(text):
        c = text[i]
        if quote:
            line += c
            if c == "\\":
                i += 1
                line += text[i]
            elif c == quote:
                quote = None
        elif c in "\"'":
            quote = c
            line += c
        elif c == "#":
            while i < len(text) and text[i] != "\n":
                i += 1
            continue
        elif c in "([":
            depth += 1
            line += c
        elif c in ")]":
            depth -= 1
            line += c
        elif c == "{" and depth == 0:
            out.append(("open", line.strip()))
            line = ""
            braces.append(0)
        elif c == "}" and depth == 0:
            flush()
            braces.pop()
            out.append(("close", ""))
        elif (c == "\n" or c == ";") and depth == 0:
            flush()
        elif c == "\n":
            line += " "
        else:
            line += c
        i += 1
    flush()
    return out


def header(text):
    text = re.sub(r"^else if ", "elif ", text)
    if text.startswith("fn "):
        return "def " + text[3:] + ":"
    return text + ":"


def simple(text):
    text = re.sub(r"^param ", "", text)
    found = re.match(r"^fn (\w+\(.*?\)) = (.*)$", text)
    if found:
        return f"def {found[1]}: return {simple(found[2])}"
    return re.sub(r"\bfn\(([^)]*)\) = ", r"lambda \1: ", text)


def python_source(text):
    indent, lines = 0, []
    for kind, part in pieces(text):
        if kind == "open":
            lines.append("    " * indent + header(part))
            indent += 1
            lines.append("    " * indent + "pass")
        elif kind == "close":
            indent -= 1
        else:
            lines.append("    " * indent + simple(part))
    return "\n".join(lines)


class Meaning(ast.NodeTransformer):
    """Arrays for brackets, functions for methods, copies for assignments."""

    def visit_List(self, node):
        self.generic_visit(node)
        return call("_array", [node]) if isinstance(node.ctx, ast.Load) else node

    def visit_ListComp(self, node):
        self.generic_visit(node)
        return call("_array", [node])

    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute):
            name = ast.Constant(node.func.attr)
            return ast.Call(ast.Name("_method", ast.Load()), [name, node.func.value, *node.args], node.keywords)
        return node

    def visit_Assign(self, node):
        self.generic_visit(node)
        node.value = call("_copy", [node.value])
        return node

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        node.value = call("_copy", [node.value])
        return node

    def visit_For(self, node):
        self.generic_visit(node)
        node.iter = call("_items", [node.iter])
        return node

    def visit_FunctionDef(self, node):
        returning(node.body)
        self.generic_visit(node)
        for arg in node.args.args:
            assign = ast.Assign([ast.Name(arg.arg, ast.Store())], call("_copy", [ast.Name(arg.arg, ast.Load())]))
            node.body.insert(0, assign)
        return node


def call(name, args):
    return ast.Call(ast.Name(name, ast.Load()), args, [])


def returning(body):
    """The last expression of a function is its value."""
    last = body[-1] if body else None
    if isinstance(last, ast.Expr):
        body[-1] = ast.Return(last.value)
    elif isinstance(last, ast.If):
        returning(last.body)
        returning(last.orelse)


def names():
    table = {n: getattr(np, n) for n in dir(np) if not n.startswith("_")}

    def array(items):
        items = [np.asarray(i) if isinstance(i, np.ndarray) else i for i in items]
        try:
            return np.array(items) if items else np.zeros(0)
        except ValueError:
            return items

    def copy(x):
        if isinstance(x, np.ndarray):
            return x.copy()
        return tuple(copy(i) for i in x) if isinstance(x, tuple) else x

    def method(name, x, *args, **keywords):
        if name in table and table[name] is not getattr(np, name, None) or not hasattr(x, name):
            return table[name](x, *args, **keywords)
        return getattr(x, name)(*args, **keywords)

    def show(*values, sep=" ", end="\n"):
        print(*["none" if v is None else str(v) for v in values], sep=sep, end=end)

    def plain(name, weak):
        def convert(x=0):
            return weak(x) if not isinstance(x, (np.ndarray, np.generic)) else weak(x.item())
        return convert

    def where(c, a, b):
        return np.where(c, a, b)

    def kind(t):
        return np.dtype(t)

    dtypes = "int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64".split()
    table |= {d: kind(d) for d in dtypes}
    table |= {
        "bool": Bool(), "true": True, "false": False, "none": None, "pi": np.pi, "e": np.e, "inf": np.inf,
        "nan": np.nan, "newaxis": None, "_array": array, "_copy": copy, "_items": copy, "_method": method,
        "print": show, "int": plain("int", int), "float": plain("float", float), "str": str, "len": len,
        "range": lambda *a: range(*[int(i) for i in a]), "enumerate": enumerate, "zip": zip, "max": np.max,
        "min": np.min, "sum": total, "abs": np.abs, "round": np.round, "where": where, "norm": np.linalg.norm,
        "pow": np.power, "full": full, "divide": np.true_divide,
    }
    for short, numpy in {"permute_dims": "transpose"}.items():
        table[short] = getattr(np, numpy)
    return table


class Bool:
    """`bool` is both a dtype and a conversion."""

    def __call__(self, x=False):
        return bool(x)

    dtype = np.dtype(bool)

    def __str__(self):
        return "bool"


def total(x, *args, **keywords):
    return np.sum(x, *args, **keywords)


def full(shape, value, *more, dtype=None):
    if more:
        return np.full((shape, value), more[0], dtype=dtype)
    return np.full(shape, value, dtype=dtype)


def outcome(path):
    tree = ast.parse(python_source(path.read_text()))
    # Functions are visible before their definition.
    tree.body.sort(key=lambda node: not isinstance(node, ast.FunctionDef))
    tree = ast.fix_missing_locations(Meaning().visit(tree))
    out = io.StringIO()
    table = names()
    with contextlib.redirect_stdout(out), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(tree, str(path), "exec"), table)
    return out.getvalue()


def same(a, b):
    if a == b:
        return True
    try:
        x, y = (float(t.strip("[](),")) for t in (a, b))
    except ValueError:
        return False
    return abs(x - y) <= 1e-11 * max(abs(x), abs(y)) or abs(x - y) < 1e-13


def differences(expected, found):
    expected, found = expected.splitlines(), found.splitlines()
    for number in range(max(len(expected), len(found))):
        a = expected[number] if number < len(expected) else "(nothing)"
        b = found[number] if number < len(found) else "(nothing)"
        left, right = a.split(), b.split()
        if len(left) != len(right) or not all(map(same, left, right)):
            yield f"line {number + 1}\n  .out   {a}\n  NumPy  {b}"


def main():
    wrong = 0
    for path in sorted(HERE.glob("*.arr")):
        if len(sys.argv) > 1 and path.stem not in sys.argv[1:]:
            continue
        if "# test: no-numpy" in path.read_text():
            continue
        try:
            found = outcome(path)
        except Exception as error:
            print(f"{path.name}: {type(error).__name__}: {error}")
            wrong += 1
            continue
        problems = list(differences(path.with_suffix(".out").read_text(), found))
        if problems:
            wrong += 1
            print(f"{path.name}: {len(problems)} lines differ")
            print("\n".join(problems[:12]))
    sys.exit(1 if wrong else 0)


main()
