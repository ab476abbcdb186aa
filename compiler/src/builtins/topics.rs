//! The topics of `help("topic")`: a name, a summary, a text with examples that a test runs.

/// One topic.
pub struct Topic {
    /// What `help` is given.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// What it says.
    pub text: &'static str,
}

macro_rules! topics {
    ($($name:literal $summary:literal $($line:literal)+;)*) => {
        &[$(Topic { name: $name, summary: $summary, text: concat!($($line, "\n"),+) }),*]
    };
}

/// The topic of that name.
pub fn topic(name: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|t| t.name == name)
}

/// All topics, sorted.
pub static TOPICS: &[Topic] = topics! {
    "arrays" "making arrays"
        "A bracket literal of numbers is an array, one of arrays of one shape their stack. zeros, ones,"
        "full, arange, linspace, eye and random make larger ones; load reads a file."
        ""
        ">>> [[1, 2], [3, 4]].shape"
        "(2, 2)"
        ">>> zeros((2, 3)).dtype"
        "float64";
    "assignment" "binding names and changing elements"
        "x = v binds a name, a, b = t several. x[i] = v and x += v change the value of x and of"
        "nothing else: arrays are values, a copy is never affected."
        ""
        ">>> fn second(x) { x[1] = 9; x }"
        ">>> second([1, 2, 3])"
        "[1 9 3]";
    "broadcasting" "how shapes are combined"
        "Shapes are aligned at the last axis; sizes must be equal or 1, and missing axes count as 1."
        "newaxis in an index adds an axis of size 1."
        ""
        ">>> [1, 2, 3] + [[10], [20]]"
        "[[11 12 13]"
        " [21 22 23]]"
        ">>> (zeros(2)[:, newaxis] + zeros(3)).shape"
        "(2, 3)";
    "contracts" "what functions state of their arguments"
        "A parameter or a result may have a contract: a dtype or a kind with sizes. Equal letters are"
        "equal sizes, checked at each call, and whole numbers inside of the function."
        ""
        ">>> fn twice(x: float64[n]) -> float64[n] = 2 * x"
        ">>> twice([1.0, 2.0])"
        "[2. 4.]";
    "control" "if, for, while"
        "if c { } else { } is also an expression. for walks over ranges, tuples and the rows of arrays."
        "break, continue, return and assert c, \"message\" are as elsewhere. A condition is one value;"
        "for choices element by element there is where(condition, a, b)."
        ""
        ">>> if 2 > 1 { \"yes\" } else { \"no\" }"
        "yes"
        ">>> [i * i for i in range(4)]"
        "[0 1 4 9]";
    "dtypes" "types of elements, and how they meet"
        "bool, int8 to int64, uint8 to uint64, float32, float64, complex64, complex128. Two arrays meet"
        "in the wider dtype; numbers written in the program take the dtype of the array they meet."
        "x.dtype tells it, x.astype(float32) converts."
        ""
        ">>> (ones(2, dtype=float32) * 2.5).dtype"
        "float32"
        ">>> ([1, 2] / 2).dtype"
        "float64";
    "errors" "what messages say"
        "Names, calls, shapes and dtypes are checked before anything runs; what depends on data is"
        "checked when it runs. A message has a code, the place, the operands with their types, and a"
        "hint. `arr explain-error E0102` tells more about a code. Exit codes: 2 wrong program, 3 failed"
        "on a value, 4 a limit, 5 input or output.";
    "files" "load and save"
        "load(path) reads the header now and elements when they are needed; save(path, x) writes a file"
        "whole or not at all.";
    "functions" "defining and calling functions"
        "fn f(a, b=1) = expression, or fn f(a, b=1) { ... } with the value of the last expression."
        "fn(x) = x + 1 is a function without a name. x.f(a) is f(x, a). Comments with ## before a"
        "function are its help; the examples after >>> in them are run by `arr test`."
        ""
        ">>> fn area(r, scale=1) = pi * r**2 * scale"
        ">>> area(1.0, scale=2)"
        "6.283185307179586";
    "indexing" "parts of arrays"
        "x[i, a:b:c, ..., newaxis] as in NumPy: negative numbers count from the end, slices are cut to"
        "the size, ... stands for all axes that are not mentioned."
        ""
        ">>> arange(10)[2:8:3]"
        "[2 5]"
        ">>> [[1, 2], [3, 4]][:, -1]"
        "[2 4]";
    "laziness" "when things are computed"
        "An array expression is a description. print, save, a condition, int and float, compute and the"
        "display of the prompt compute what they need, whole expressions at once and in chunks on all"
        "cores. persist(x) computes now and keeps the result. `arr explain FILE` tells what happens.";
    "modules" "import"
        "import stats binds a module of the standard library, which can also be named without it;"
        "from stats import cov binds a name of it; import \"tools.arr\" as tools a script of your own."
        ""
        ">>> stats.zscore([1.0, 2.0, 3.0]).sum()"
        "0.0";
    "params" "inputs of a script"
        "param n = 3 at the top level is an input: `arr run file.arr n=5` sets it. Its type is that of"
        "the default.";
    "printing" "print and text"
        "print(a, b, sep=\" \", end=\"\\n\") writes texts. In f\"...\" stand values in braces, with Python's"
        "formats for single values."
        ""
        ">>> f\"{pi:.2f} and {[1, 2]}\""
        "3.14 and [1 2]";
    "random" "random numbers"
        "random(shape, seed=0) and the distributions give the same numbers on every machine: element i"
        "is a function of the seed and i."
        ""
        ">>> random((2, 3), seed=1).shape"
        "(2, 3)";
    "syntax" "statements, blocks, comments"
        "A statement ends at the end of its line, unless it is inside of brackets, or at `;`. Blocks"
        "stand in { }. # begins a comment, ## a doc comment for the fn below it."
        ""
        ">>> x = 3; x ** 2"
        "9";
};

#[cfg(test)]
mod tests {
    use super::TOPICS;

    #[test]
    fn topics_are_sorted() {
        assert!(TOPICS.is_sorted_by_key(|t| t.name));
    }
}
