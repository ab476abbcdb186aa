"""Writes docs/errors-compared.md: what arr, NumPy, Dask and JAX say of the same mistakes.

    python tests/errors/compare.py path/to/arr > docs/errors-compared.md

Each mistake is written in arr and in Python (`xp` is the array module). Of every library is noted
whether the mistake is reported before any array work, whether the message names what the third
entry asks for (shapes, types, or the name in question), and whether a column is marked.

For Dask, building the graph counts as "before", for JAX tracing under jit, for Python a syntax
error; NumPy computes statement by statement and has nothing before. A column counts as marked when
the traceback shows carets under a part of the user's own line. Only the message itself counts for
the names, not the source line that is repeated with it.
"""

import os
import re
import subprocess
import sys
import tempfile
import traceback

os.environ.setdefault("JAX_PLATFORMS", "cpu")
import dask
import dask.array
import jax
import jax.numpy
import numpy

# mistake, arr, Python (the result in r), what a good message names
CASES = []


def case(title, arr, python, *names):
    CASES.append((title, arr, python, names))


def both(title, text, *names):
    """The same text in both languages, but for the prefix and the constants of Python."""
    python = re.sub(r"\b(zeros|ones|arange|concat|stack|where|reshape|broadcast_to|linspace|"
                    r"squeeze|permute_dims|matmul|sqrt|eye|full|expand_dims|tensordot|outer|"
                    r"diag|roll|tile|cumulative_sum|sum|mean|float32|int32|uint8|newaxis|vecdot|"
                    r"flip|moveaxis|trace|clip|isin|meshgrid|repeat|sin|maximum|argmax)\(",
                    r"xp.\1(", text)
    python = re.sub(r"(?<!\.)xp\.xp\.", "xp.", python.replace(".xp.", "."))
    python = re.sub(r"=(u?int\d+|float\d+)\b", r"=xp.\1", python)
    python = re.sub(r"astype\((u?int\d+|float\d+)\)", r"astype(xp.\1)", python)
    python = python.replace("newaxis", "xp.newaxis").replace("true", "True").replace("false", "False")
    case(title, text, python, *names)


S = r"\D{1,4}"
both("vector of another length", "x = ones(3)\nr = x + ones(4)", "3", "4")
both("matrix and vector", f"x = ones((4, 3))\nr = x - ones(4)", f"4{S}3", r"\b4\b")
both("sums over different axes", "x = ones((10, 4))\nr = x.sum(axis=0) + x.sum(axis=1)", r"\b4\b", "10")
both("three axes", "x = ones((2, 3, 4))\nr = x * ones((3, 3))", f"2{S}3{S}4", f"3{S}3")
both("comparison", "x = ones(3)\nr = x < ones(5)", "3", "5")
both("power", "x = ones((2, 2))\nr = x ** ones(3)", f"2{S}2", "3")
both("division", "x = ones((5, 1))\nr = x / ones((3, 2))  ; r = r + ones(4)".replace("  ; ", "\n"), f"5{S}2|3{S}2", "4|1")
both("where", "x = ones(3)\nr = where(x > 0, x, zeros(4))", "3", "4")
both("maximum", "x = ones(3)\nr = maximum(x, ones(2))", "3", "2")
both("in-place update of another shape", "x = ones(3)\nx += ones((2, 3))\nr = x", r"\b3\b", f"2{S}3")
both("clip with a bound of another length", "x = ones(6)\nr = clip(x, zeros(4), 2.0)", "6", "4")
both("inner sizes of a product", "r = ones((2, 3)) @ ones((2, 3))", "2", "3")
both("matrix and vector product", "r = ones((5, 3)) @ ones(4)", "3", "4")
both("vectors of a product", "r = ones(3) @ ones(4)", "3", "4")
both("batches of a product", "r = ones((2, 3, 4)) @ ones((5, 4, 3))", "2", "5")
both("product with a number", "r = ones((2, 2)) @ 3", "@|matmul")
both("tensordot", "r = tensordot(ones((2, 3)), ones((4, 5)), axes=1)", "3", "4")
both("vecdot", "r = vecdot(ones(3), ones(4))", "3", "4")
both("reshape", "r = reshape(arange(6), (4, 2))", "6", f"4{S}2|8")
both("reshape method", "r = arange(7).reshape(-1, 2)", "7", "2")
both("two open sizes", "r = reshape(arange(6), (-1, -1))", "-1|unknown")
both("broadcast_to", "r = broadcast_to(ones(2), (3, 4))", r"\b2\b", f"3{S}4")
both("concat of other widths", "r = concat([ones((2, 3)), ones((2, 4))])", "3", "4")
both("concat of other ranks", "r = concat([ones((2, 3)), ones(3)])", "2", "1|3")
both("concat of nothing", "r = concat([])", "concat|least|at least|nothing")
both("stack", "r = stack([ones(2), ones(3)])", "2", "3")
both("squeeze", "r = squeeze(ones((1, 3)), axis=1)", "1", "3|one")
both("permute_dims too short", "r = permute_dims(ones((2, 3, 4)), (0, 1))", "axes|axis|permut", "2|3")
both("moveaxis beyond", "r = moveaxis(ones((2, 3)), 0, 5)", "5", "2")
both("expand_dims beyond", "r = expand_dims(ones((2, 3)), axis=7)", "7", "2|3|4")
both("roll beyond", "r = roll(ones((2, 3)), 1, axis=4)", "4", "2")
both("axis beyond", "r = ones((3, 4)).sum(axis=2)", "2", f"3{S}4|dimension 2|ndim")
both("axis 5 of mean", "r = ones((3, 4)).mean(axis=5)", "5", f"3{S}4|dimension 2")
both("negative axis beyond", "r = ones((3, 4)).sum(axis=-3)", "-3", f"3{S}4|dimension 2")
both("axis twice", "r = ones((3, 4)).sum(axis=(0, -2))", "axis|axes", "0|-2|duplicate|twice")
both("axis is a float", "r = ones((3, 4)).sum(axis=1.0)", "float|1\\.0", "int|whole")
both("axis is a text", 'r = ones((3, 4)).sum(axis="rows")', "str", "int|whole")
both("argmax of nothing", "r = zeros(0).argmax()", "empty|no elements|nothing")
both("max of nothing", "r = zeros(0).max()", "empty|zero-size|no elements|nothing|no identity")
both("max over an empty axis", "r = zeros((0, 3)).max(axis=0)", "empty|zero-size|no elements|nothing|identity")
both("too many indices", "x = ones(3)\nr = x[0, 1]", "2", r"\b1\b|\[3\]")
both("index beyond", "x = ones(3)\nr = x[3]", "index 3|3", "size 3")
both("index beyond in a matrix", "x = ones((2, 5))\nr = x[1, 7]", "7", "5")
both("negative index beyond", "x = ones(4)\nr = x[-5]", "-5", "4")
both("float as an index", "x = ones(5)\nr = x[1.5]", "float|1\\.5", "int|whole")
both("text as an index", 'x = ones(5)\nr = x["a"]', "str", "int|whole")
both("slice with step zero", "x = ones(5)\nr = x[::0]", "zero|0")
both("slice by a float", "x = ones(5)\nr = x[:2.5]", "float|2\\.5", "int|whole")
both("mask of another length", "x = arange(5)\nr = x[arange(4) > 1]", "5", "4")
both("value of another length stored", "x = zeros((2, 3))\nx[0] = ones(2)\nr = x", "2", "3")
both("float into an integer array", "x = arange(3)\nx += 0.5\nr = x", "float", "int")
both("index beyond in a store", "x = zeros(3)\nx[3] = 1.0\nr = x", "3", "size 3")
both("negative size", "r = zeros(-1)", "-1|negative")
both("float as a size", "r = zeros(2.5)", "float|2\\.5", "int|whole|shape")
both("size of the wrong kind", 'r = zeros("3")', "str", "int|shape|whole")
both("unknown dtype", 'r = zeros(3, dtype="float23")', "float23")
both("arange with step zero", "r = arange(0, 5, 0)", "zero|0")
both("bools subtracted", "r = (ones(2) > 0) - (ones(2) > 0)", "bool", "-|subtract")
both("negated bools", "r = -(ones(2) > 0)", "bool", "-|negative")
both("bits of floats", "r = ones(3) & ones(3)", "float", "&|bitwise_and")
both("shift of floats", "r = ones(3) << 1", "float", "<<|left_shift")
both("inverted floats", "r = ~ones(3)", "float", "~|invert")
both("number too large for uint8", "x = ones(3).astype(uint8)\nr = x + 300", "300", "uint8")
both("negative number for uint8", "x = ones(3).astype(uint8)\nr = x - -1", "-1", "uint8")
both("integer to a negative power", "r = arange(1, 4) ** -1", "int", "negative")
both("truth of an array", "x = ones(3)\nif x > 0 { y = 1 }\nr = x", "array", "any", "all")
CASES[-1] = ("truth of an array", CASES[-1][1], "x = xp.ones(3)\nif x > 0:\n    y = 1\nr = x", ("any", "all"))
case("and of arrays", "x = ones(3)\nr = x > 0 and x < 1", "x = xp.ones(3)\nr = x > 0 and x < 1", "&|any", "all|&")
case("or of arrays", "x = ones(3)\nr = x > 0 or x < 1", "x = xp.ones(3)\nr = x > 0 or x < 1", r"\||any", r"all|\|")
case("not of an array", "x = ones(3)\nr = not x", "x = xp.ones(3)\nr = not x", "~|any", "all|~")
case("chained comparison", "x = ones(3)\nr = 0 < x < 1", "x = xp.ones(3)\nr = 0 < x < 1", "&|any", "all|&")
case("while over an array", "x = ones(3)\nwhile x > 0 { x = x - 1 }\nr = x", "x = xp.ones(3)\nwhile x > 0:\n    x = x - 1\nr = x", "any", "all")
both("float of an array", "r = float(ones(2))", "2|size|one element|length-1|0-d")
both("int of an array", "r = int(ones(2))", "2|size|one element|length-1|0-d")
both("text and number", 'r = "n = " + 3', "str", "int")
both("text and array", 'r = ones(3) + "a"', "str|U1", "float")
both("array plus none", "r = ones(3) + none", "none|None", "float")
CASES[-1] = (*CASES[-1][:2], "r = xp.ones(3) + None", CASES[-1][3])
case("ragged literal", "r = [[1, 2], [3]]", "r = xp.asarray([[1, 2], [3]])", "2", "1|shape")
case("misspelt name", "total = ones(3)\nr = totl + 1", "total = xp.ones(3)\nr = totl + 1", "totl", "total")
case("misspelt function", "r = sqrtt(ones(3))", "r = xp.sqrtt(xp.ones(3))", "sqrtt", r"sqrt\b")
case("misspelt method", "x = ones(3)\nr = x.maen()", "x = xp.ones(3)\nr = x.maen()", "maen", "mean")
case("misspelt attribute", "x = ones(3)\nr = x.shap", "x = xp.ones(3)\nr = x.shap", "shap", "shape")
case("attribute called", "x = ones(3)\nr = x.shape()", "x = xp.ones(3)\nr = x.shape()", "shape|tuple")
case("method not called", "x = ones(3)\nr = x.sum + 1", "x = xp.ones(3)\nr = x.sum + 1", "sum|method|function")
case("misspelt keyword", "r = ones((3, 4)).mean(axis=0, keepdim=true)", "r = xp.ones((3, 4)).mean(axis=0, keepdim=True)", "keepdim", "keepdims")
case("keyword of another library", "r = ones((3, 4)).sum(dim=0)", "r = xp.ones((3, 4)).sum(dim=0)", "dim", "axis")
case("too many arguments", "r = sqrt(ones(3), 1, 2, 3)", "r = xp.sqrt(xp.ones(3), 1, 2, 3)", "argument", "4|3")
case("missing argument", "r = linspace(0)", "r = xp.linspace(0)", "stop")
case("missing argument of an own function", "fn f(a, b) = a + b\nr = f(1)", "def f(a, b): return a + b\nr = f(1)", "f", "b")
case("argument given twice", "fn f(a, b) = a + b\nr = f(1, a=2)", "def f(a, b): return a + b\nr = f(1, a=2)", "f", "a")
case("unknown argument of an own function", "fn f(a, size=1) = a\nr = f(1, sise=2)", "def f(a, size=1): return a\nr = f(1, sise=2)", "sise", r"\bsize\b")
case("call of an array", "x = ones(3)\nr = x(0)", "x = xp.ones(3)\nr = x(0)", "float64|array|Array|Tracer")
case("variable hides a function", "sum = ones(2).sum()\nr = sum(ones(2))", "sum = xp.ones(2).sum()\nr = sum(xp.ones(2))", "sum|float|array|Array")
case("loop over a number", "for i in 10 { r = i }", "for i in 10:\n    r = i", "int", "range|iterable")
case("unpacking three into two", "a, b = (1, 2, 3)\nr = a", "a, b = (1, 2, 3)\nr = a", "2", "3")
case("unpacking a number", "a, b = 3\nr = a", "a, b = 3\nr = a", "int", "2|unpack")
case("spread of a number", "fn f(*xs) = xs\nr = f(*3)", "def f(*xs): return xs\nr = f(*3)", "int")
case("name bound in a branch that does not run", "if false { y = ones(3) }\nr = y", "if False:\n    y = xp.ones(3)\nr = y", "y")
case("name used before it is bound", "r = q + 1\nq = ones(3)", "r = q + 1\nq = xp.ones(3)", "q")
case("outer name assigned inside", "total = 0\nfn add(x) { total = total + x; total }\nr = add(ones(3))", "total = 0\ndef add(x):\n    total = total + x\n    return total\nr = add(xp.ones(3))", "total")
case("function before its variable", "fn f() = radius * ones(3)\nr = f()\nradius = 2", "def f(): return radius * xp.ones(3)\nr = f()\nradius = 2", "radius")
case("shape error in a function", "fn center(x, m) = x - m\nx = ones((4, 3))\nr = center(x, x.mean(axis=1))", "def center(x, m): return x - m\nx = xp.ones((4, 3))\nr = center(x, x.mean(axis=1))", f"4{S}3", r"\b4\b")
case("shape error three calls deep", "fn a(x) = x @ ones(4)\nfn b(x) = a(x) + 1\nfn c(x) = b(x * 2)\nr = c(ones(3))", "def a(x): return x @ xp.ones(4)\ndef b(x): return a(x) + 1\ndef c(x): return b(x * 2)\nr = c(xp.ones(3))", "3", "4")
case("shape error in a loop", "x = ones((4, 3))\nfor i in range(100) { x = x + ones(4) }\nr = x", "x = xp.ones((4, 3))\nfor i in range(100): x = x + xp.ones(4)\nr = x", f"4{S}3", r"\b4\b")
case("shape after growing in a loop", "x = ones(1)\nfor i in range(3) { x = concat([x, x]) }\nr = x + ones(7)", "x = xp.ones(1)\nfor i in range(3): x = xp.concatenate([x, x])\nr = x + xp.ones(7)", "8", "7")
case("shape error in a comprehension", "r = [ones(2) + ones(3) for i in range(4)]", "r = [xp.ones(2) + xp.ones(3) for i in range(4)]", "2", "3")
case("shape error at the end of a script", "x = random((100, 100))\ny = (x @ x).sum(axis=0)\nr = y + ones(99)", "x = xp.ones((100, 100))\ny = (x @ x).sum(axis=0)\nr = y + xp.ones(99)", "100", "99")
case("bracket not closed", "r = (1 + 2", "r = (1 + 2", r"\(")
case("text not closed", 'r = "abc', 'r = "abc', "string")
case("wrong closing bracket", "r = [1, 2)", "r = [1, 2)", r"\)", r"\[")
case("value missing", "r = 1 +", "r = 1 +", "value|syntax|expression")
case("assignment in a condition", "r = 3\nif r = 3 { r = 4 }", "r = 3\nif r = 3: r = 4", "==")
case("two values side by side", "x = 3\nprint x\nr = x", "x = 3\nprint x\nr = x", r"print\(")
case("parameters out of order", "fn f(a=1, b) = a\nr = 1", "def f(a=1, b): return a\nr = 1", "default")
case("jump outside of a loop", "break\nr = 1", "break\nr = 1", "break", "loop")
case("text that is no number", 'r = float("1,5")', 'r = float("1,5")', "1,5")
case("format of a number", 'r = f"{3:.2q}"', 'r = f"{3:.2q}"', "q")
case("false assertion", 'r = ones(3)\nassert r.sum() > 5, "too small"', 'r = xp.ones(3)\nassert r.sum() > 5, "too small"', "too small")


def judge(message, names, before, column):
    named = all(re.search(n, message) for n in names)
    first = next((line for line in message.splitlines() if line.strip()), "")
    return first, before, named, column


def of_arr(binary, text):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "case.arr")
        with open(path, "w") as file:
            file.write('print("work")\n' + text + "\nprint(r)\n")
        done = subprocess.run([binary, "run", path], capture_output=True, text=True)
    if done.returncode == 0:
        return None
    lines = done.stderr.splitlines()
    message = "\n".join(line for line in lines if not re.match(r"\s*\d+ \| ", line))
    return message, "work" not in done.stdout, any(re.search(r"^\s*\|.*\^", line) for line in lines)


# Names of functions that not every library has, and others for the same.
OTHER_NAMES = {"concat": "concatenate", "permute_dims": "transpose"}
ABSENT = "absent"


def of_python(library, text):
    module = {"NumPy": numpy, "Dask": dask.array, "JAX": jax.numpy}[library]
    for name in set(re.findall(r"xp\.(\w+)", text)) - {"sqrtt"}:
        if not hasattr(module, name):
            if name not in OTHER_NAMES:
                return ABSENT
            text = text.replace(f"xp.{name}(", f"xp.{OTHER_NAMES[name]}(")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "case.py")
        body = "\n".join("    " + line for line in text.splitlines())
        source = f"def main(xp):\n{body}\n    return r\n"
        with open(path, "w") as file:
            file.write(source)
        before = True
        try:
            space = {}
            exec(compile(source, path, "exec"), space)
            build = lambda: space["main"](module)
            before = library != "NumPy"
            if library == "JAX":
                jax.make_jaxpr(lambda: jax.tree.map(jax.numpy.asarray, drop_text(build())))()
            result = build()
            before = False
            if library == "Dask":
                dask.compute(result, scheduler="synchronous")
            return None
        except Exception as error:
            shown = traceback.format_exception(error)
            lines = "".join(shown).splitlines()
            marked = False
            for i, line in enumerate(lines):
                if path in line:
                    marked |= any(re.fullmatch(r"\s*[~^]*\^[~^]*\s*", l) for l in lines[i + 1 : i + 4])
            plain = traceback.TracebackException.from_exception(error)
            plain.__notes__ = None  # JAX adds remarks about its tracebacks
            lines = list(plain.format_exception_only())
            message = "".join(lines[-1:] if isinstance(error, SyntaxError) else lines).strip()
            return message, before, marked


def drop_text(value):
    return 0 if isinstance(value, str) else value


def cell(answer, names):
    if answer == ABSENT:
        return "no such function", (False, False, False)
    if answer is None:
        return "accepted", (False, False, False)
    first, *marks = judge(answer[0], names, answer[1], answer[2])
    first = re.sub(r"\s+", " ", first).replace("|", "\\|").replace("`", "'")
    first = first if len(first) <= 70 else first[:67] + "..."
    letters = "".join(letter if mark else "-" for letter, mark in zip("BNC", marks))
    return f"{letters} `{first}`", tuple(marks)


def main():
    binary = os.path.abspath(sys.argv[1])
    libraries = ["arr", "NumPy", "Dask", "JAX"]
    counts = {library: [0, 0, 0, 0] for library in libraries}
    rows = []
    for title, arr, python, names in CASES:
        row = []
        for library in libraries:
            answer = of_arr(binary, arr) if library == "arr" else of_python(library, python)
            text, marks = cell(answer, names)
            row.append(text)
            counts[library][0] += answer not in (None, ABSENT)
            for i, mark in enumerate(marks):
                counts[library][i + 1] += mark
        rows.append((title, row))
    versions = f"NumPy {numpy.__version__}, Dask {dask.__version__}, JAX {jax.__version__}"
    print(HEAD.format(count=len(CASES), versions=versions, python=sys.version.split()[0]))
    print("| | " + " | ".join(libraries) + " |\n|---|---|---|---|---|")
    for i, what in enumerate(["reported at all", "B: before any array work",
                              "N: names what is wrong", "C: marks a column"]):
        print(f"| {what} | " + " | ".join(str(counts[lib][i]) for lib in libraries) + " |")
    print("\n| mistake | " + " | ".join(libraries) + " |\n|---|---|---|---|---|")
    for title, row in rows:
        print(f"| {title} | " + " | ".join(row) + " |")


HEAD = """# Mistakes, and what is said of them

Written once by [compare.py](../tests/errors/compare.py): {count} mistakes, in arr and in the same
words in {versions} on Python {python}.
Of each answer: B, it comes before any array work; N, the message names what is wrong, such as both
shapes or types, or the name that was probably meant; C, it marks a column.

The rules favour the others where there is a choice: building a graph (Dask) and tracing under jit
(JAX) count as before any work although the Python statements above have run, and carets under a
part of a line of the traceback count as a column, although they mark the operation and not the
operand. On the other side, the mistakes were chosen by those who made arr, what counts as N is a
pattern in the script written with arr's messages in mind, and an error may be about something else
than the mistake: JAX refuses every assignment to an element. In Dask and JAX `x += y` rebinds the
name, so that another shape or dtype is no mistake there. "accepted" means that no error came,
"no such function" that the library lacks what the mistake needs.
"""

if __name__ == "__main__":
    main()
