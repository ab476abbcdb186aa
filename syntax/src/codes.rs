//! The registry of diagnostic codes.
//!
//! One row per code, sorted. E0001 to E0049 belong to the syntax, E01xx to checking, E02xx to
//! running. A row is the code, a title, and an explanation of one or more lines.

/// What is known about a diagnostic code.
#[derive(Debug)]
pub struct CodeInfo {
    /// `E0001`
    pub code: &'static str,
    /// A few words.
    pub title: &'static str,
    /// What it means, an example and what to do.
    pub explanation: &'static str,
}

macro_rules! codes {
    ($($code:literal $title:literal $($line:literal)+;)*) => {
        &[$(CodeInfo { code: $code, title: $title, explanation: concat!($($line, "\n"),+) }),*]
    };
}

/// The entry of a code; the case of the `E` does not matter.
pub fn explain(code: &str) -> Option<&'static CodeInfo> {
    let code = code.to_ascii_uppercase();
    CODES.iter().find(|info| info.code == code)
}

/// All codes, sorted.
pub static CODES: &[CodeInfo] = codes! {
    "E0001" "unexpected text"
        "At this place the language expects something else."
        "The message says what would fit and what was found.";
    "E0002" "bracket not closed"
        "Each `(`, `[` and `{` needs its closing partner."
        "The second mark shows the bracket that is still open.";
    "E0003" "closing bracket without an opening one"
        "A `)`, `]` or `}` stands where no such bracket is open, or another kind is open.";
    "E0004" "string not closed"
        "A string in one quote ends on the line where it begins."
        "A string over several lines begins and ends with three quotes.";
    "E0005" "unknown character"
        "Outside of strings and comments, programs are made of letters, digits, spaces and operators."
        "Characters such as curly quotes or a long dash often come from a text editor.";
    "E0006" "malformed number"
        "A number is written like 12, 1_000, 0xff, 0b101, 1.5, 1e-3 or 2j."
        "A name does not begin with a digit, and a product needs its `*`.";
    "E0007" "number too large"
        "A whole number in the program must fit into 64 bits with a sign, a float into float64."
        "With a point or an exponent a number is a float: 1e20.";
    "E0008" "unknown escape in a string"
        "In a string a backslash begins an escape: \\n, \\t, \\r, \\0, \\\\, \\\", \\', \\x41, \\u00e9."
        "For a backslash itself write \\\\, or use a raw string: r\"C:\\data\".";
    "E0009" "nested too deeply"
        "Brackets and expressions nest only so deep."
        "Give the inner parts names of their own, or build the value in a loop.";
    "E0010" "malformed f-string"
        "In an f-string, {value} stands for the text of a value; {value:.2f} gives it a format,"
        "{value!r} its source form, {value=} puts the text of the expression before it."
        "A brace in the text is written twice: {{ or }}.";
    "E0011" "not something to assign to"
        "On the left of `=` stand names, elements `x[i]`, record fields `r.a`, or a tuple of those."
        "A statement assigns once: `a = b = 3` is written as two statements.";
    "E0012" "assignment in a condition"
        "`=` gives a name a value, `==` compares.";
    "E0013" "chained comparison"
        "`0 < x < 1` is not available, because on arrays it has no good meaning.";
    "E0014" "block missing"
        "The body of `if`, `else`, `for`, `while` and of a function stands in braces,"
        "and the `{` stands on the line of its head.";
    "E0015" "block where none can stand"
        "A `{ }` block belongs to `if`, `else`, `for`, `while` or a function; it is not a value."
        "A function has either `= value` or a block: `fn f(x) = x + 1`, `fn f(x) { x + 1 }`."
        "In place of a dictionary there are records: `record(a=1, b=2)`.";
    "E0016" "colon in place of a block"
        "Bodies stand in braces; indentation has no meaning.";
    "E0017" "spelling of a constant"
        "The constants are `true`, `false` and `none`, in small letters.";
    "E0018" "spelling of a logical operator"
        "Two scalars are joined with `and`, `or`, `not`."
        "Arrays are combined element by element with `&`, `|`, `~`.";
    "E0019" "word of another language"
        "This word means something in another language and nothing here."
        "The hint says how arr writes it.";
    "E0020" "notation of another language"
        "This notation means something in another language and nothing here."
        "The hint says how arr writes it.";
    "E0021" "two values side by side"
        "Between two values stands an operator; a call needs its parentheses.";
    "E0022" "order of parameters"
        "Parameters without a default come first, then those with one;"
        "at most one `*rest` takes what is left.";
    "E0023" "name given twice"
        "Each parameter of a function, and each named argument of a call, has a name of its own.";
    "E0024" "order of arguments"
        "Arguments without a name come before those with one: `f(x, axis=0)`.";
    "E0025" "slice outside an index"
        "`a:b` and `...` have a meaning only between the brackets of an index: `x[1:5]`, `x[..., 0]`.";
    "E0026" "form of a comprehension"
        "A comprehension stands in square brackets and has one `for`:"
        ""
        "    [x * x for x in xs if x > 0]";
    "E0027" "keyword as a name"
        "Keywords such as `in`, `from` or `param` cannot name anything else.";
    "E0028" "value missing"
        "After an operator, a comma or `=` a value must follow."
        "A line ends its statement unless it lies inside brackets.";
    "E0030" "spread in a wrong place"
        "`*t` puts the elements of a tuple into a call, an array or a tuple: `f(*t)`, `(*t, x)`."
        "There is no `**` for named arguments.";
    "E0031" "`else` without `if`"
        "`else` follows directly after the `}` of an `if` block, on the same line or the next.";
    "E0032" "empty statement"
        "Statements on one line are separated by one `;`.";
    "E0033" "form of an import"
        "    import stats"
        "    import stats as s"
        "    import \"tools.arr\" as tools"
        "    from stats import a, b as c";
    "E0034" "program too large"
        "A source file can be at most 4 GiB long.";
    "E0035" "`param` inside a block"
        "A `param` is an input of the whole script and stands at its top level.";
    "E0100" "unknown name"
        "No variable, function or constant of this name is visible here."
        "Names are looked up in the function, in what surrounds it, and in the standard library;"
        "functions need no prefix: `exp(x)`, not `np.exp(x)`.";
    "E0101" "name that is not bound"
        "On no way that the program can take to this place is the name bound. Names bound in a block"
        "live on after it, but this block does not run. Where that depends on data, it is checked"
        "when the program runs (E0124)."
        ""
        "In a function, assigning to a name makes it a variable of the function, also where a"
        "variable of that name exists outside.";
    "E0102" "shapes do not broadcast"
        "Two arrays are combined element by element when their sizes agree, axis by axis from the"
        "last one; an axis of size 1, or one that is missing in front, is repeated."
        ""
        "To pair a vector with another axis, give it new axes of size 1: w[:, newaxis].";
    "E0103" "defined twice"
        "Two functions of one block, or two params of a script, have the same name.";
    "E0104" "`break` or `continue` outside a loop"
        "They end, or go on with, the loop around them: `for` or `while` of the same function.";
    "E0105" "`return` outside a function"
        "The value of a script is that of its last statement.";
    "E0106" "change of an outer variable"
        "A function sees the variables around it but does not change them.";
    "E0107" "not something to assign to"
        "Names, parts of variables `x[i]` and fields of records `r.a` can be assigned.";
    "E0108" "call of something that is no function"
        "Only functions can be called; an element is taken with brackets: x[i]."
        "A variable hides a function of the same name, except in method calls `x.mean()`.";
    "E0109" "arguments that do not fit"
        "The call gives too many or too few arguments, or names one that does not exist."
        "The message shows the function's parameters.";
    "E0110" "unknown attribute, method or field"
        "`x.f(a)` means f(x, a) for every function f; `x.shape`, `x.T` and the like need no call;"
        "`r.a` reads a field of a record, `m.f` a function of a module.";
    "E0111" "contract not met"
        "A function may state what it takes and gives:"
        ""
        "Equal letters stand for equal sizes. A number written in the program meets float64, an"
        "int64 array does not: convert it with astype.";
    "E0112" "not a sequence"
        "`for` and comprehensions walk over ranges, tuples and the rows of arrays.";
    "E0113" "unpacking into another number of names"
        "`a, b = t` needs as many names as t has elements.";
    "E0116" "unknown module"
        "The standard library has no module of this name."
        "A script of your own is imported by its path: import \"tools.arr\" as tools";
    "E0117" "imports in a circle"
        "Scripts that import each other cannot be loaded: first.arr with `import \"second.arr\"`"
        "and second.arr with `import \"first.arr\"`. Move what both need into a third one.";
    "E0118" "unknown param"
        "The script declares no `param` of this name: `arr run job.arr --param years=3` needs"
        "a line such as `param years = 30` in job.arr.";
    "E0119" "unsuitable value of a param"
        "A param takes values of its default's type: `param n = 3` takes whole numbers,"
        "`param tol = 1e-6` whole and decimal ones, `param name = \"x\"` any text.";
    "E0120" "spread of something that is no sequence"
        "`*t` puts the elements of a tuple, range or array where single values are expected.";
    "E0121" "malformed contract"
        "A contract is a dtype (`float64`), a kind (`numeric`, `real`, `integer`, `floating`),"
        "`array`, `int`, `float`, `str`, `function`, `dtype`, `tuple`, `record` or `any`, or a tuple"
        "of contracts; dtypes and kinds take dimensions: letters, constants, a letter plus or minus"
        "a constant, and at most one `...`.";
    "E0123" "format that does not suit"
        "The text after the colon in f\"{x:...}\" is Python's format language for single values."
        "Arrays have no format; round them or format their elements.";
    "E0124" "name not bound when it is read"
        "While running, the program came here on a way that does not bind the name: a loop ran for no"
        "element, a condition was false, or a function ran before the outer variable it reads was bound."
        "Bind the name before the loop or `if`, or in an `else`, too.";
    "E0125" "result that is not used"
        "`x.sort()` gives a sorted array and leaves x as it is, and so do all functions: values never"
        "change in place. A statement that only calls such a function does nothing."
        "Bind the result: x = x.sort()";
    "E0150" "not a number or array"
        "Operators and elementwise functions take numbers and arrays; `+` also joins two tuples"
        "or two texts.";
    "E0151" "dtypes that do not suit"
        "Not every operator has a meaning for every dtype: bools cannot be subtracted or divided"
        "into each other, floats have no bits to combine. Convert with astype where it makes sense.";
    "E0152" "integer out of range"
        "A number written in the program takes the dtype of the array it meets, and must fit it:"
        "uint8 holds 0 to 255. Convert the array first when a wider dtype is meant. Whole numbers"
        "among themselves are int64: what leaves its range is an error, too.";
    "E0153" "not for complex arrays"
        "Complex numbers have no order, so they have no least or greatest, are not rounded up or"
        "down, and have no quotient and remainder. Take .real, .imag or abs(x).";
    "E0154" "too many indices"
        "An array has as many indices as axes at most; a slice or `...` stands for whole axes.";
    "E0155" "index out of range"
        "Indices of an axis of n elements go from 0 to n - 1, or from -n to -1 counted from the end."
        "Slices are cut to the axis, single indices are not.";
    "E0156" "not an index"
        "Arrays are indexed by whole numbers, slices, `...` and newaxis; tuples, texts and ranges"
        "by a whole number or one slice. Fields of records are read as r.name.";
    "E0158" "slice with step zero"
        "The step of a slice start:stop:step is any whole number but zero; a negative one walks"
        "backwards.";
    "E0159" "value does not fit where it is stored"
        "What is assigned to x[...] is broadcast to the shape of the elements assigned to, and"
        "`x += y` keeps the shape of x.";
    "E0160" "stored with loss"
        "An array keeps its dtype when elements are assigned: a float does not become an integer,"
        "a number does not become a bool, unless the program says so with astype. A complex number"
        "becomes a real one by .real, .imag or abs only.";
    "E0161" "axis out of range"
        "Axes are counted from 0, or from -1 at the end. An array of n dimensions has the axes"
        "-n to n - 1.";
    "E0162" "axis given twice"
        "Each axis can be named once, counted from the front or from the end.";
    "E0163" "reshape to another number of elements"
        "A reshape keeps all elements, so the sizes multiplied must give their number."
        "One size may be -1: it is computed from the others.";
    "E0164" "not a size"
        "Sizes of a shape are whole numbers from 0 on.";
    "E0165" "too long"
        "A range, repetition or tuple of this many elements cannot be made.";
    "E0166" "inner sizes of a matrix product"
        "In a @ b the last axis of a is summed against the second last axis of b (its only one, if b"
        "is a vector); these sizes must be equal. `.mT` swaps the last two axes.";
    "E0167" "matrix product with a scalar"
        "`@` multiplies matrices and vectors. Scaling by a number is written with `*`.";
    "E0168" "extreme of nothing"
        "The least or greatest of no elements does not exist. Sums and products of nothing do.";
    "E0169" "arrays that cannot be joined"
        "concat joins arrays that agree in all axes but one, stack arrays of one shape.";
    "E0170" "ragged array"
        "The elements of a bracket literal are numbers, or arrays of one shape that are stacked.";
    "E0171" "argument of the wrong type"
        "The function expects another kind of value here; help(name) shows its parameters.";
    "E0172" "truth of an array"
        "A condition needs one true or false. Of an array say any() or all(); to choose element by"
        "element use where(condition, x, y), and `&`, `|`, `~` in place of and, or, not.";
    "E0173" "integer to a negative power"
        "An integer raised to a negative integer is no integer. Make one of them a float: n ** -1.0.";
    "E0174" "transpose of another rank"
        "`.T` transposes matrices, `.mT` swaps the last two axes of stacks of matrices,"
        "permute_dims(x, axes) puts the axes in any order.";
    "E0175" "two values given to min or max"
        "min(x, axis) and max(x, axis) reduce one array; the smaller or larger of two arrays, element"
        "by element, is minimum(a, b) or maximum(a, b), the least of several numbers min((a, b, c)).";
    "E0176" "squeeze of a longer axis"
        "Only axes of size 1 can be dropped. To take one element of an axis, index it.";
    "E0177" "broadcast to another shape"
        "An array broadcasts to a shape when each of its sizes, aligned at the end, is 1 or equal.";
    "E0178" "array as a scalar"
        "int, float and the like take an array of one element. Reduce or index a larger one first.";
    "E0179" "text that is no number"
        "int and float read text such as \"12\", \"-1.5\" or \"1e-3\".";
    "E0180" "order of axes"
        "permute_dims names every axis once; moveaxis as many places as axes.";
    "E0181" "range with step zero"
        "A range with step zero would never end.";
    "E0182" "nothing to join"
        "concat and stack need at least one array.";
    "E0183" "array not computed"
        "An array that is written must be computed first; this did not happen.";
    "E0185" "subscripts"
        "einsum takes a letter per axis of each operand, `...` for axes not named, and after -> the letters of the result, each once.";
    "E0200" "failed on a value"
        "The operation cannot be done with the values it met while running.";
    "E0201" "assertion failed"
        "The condition of an `assert` was false, or is sure to be when the program runs."
        "The standard library asserts what its functions need of their arguments.";
    "E0210" "limit reached"
        "The program needs more memory, deeper recursion or more tasks than allowed.";
    "E0220" "input or output failed"
        "A file could not be found, read or written.";
    "E0230" "interrupted"
        "The program was stopped from outside.";
    "E0290" "mistake in arr itself"
        "This should not happen; please report it with the program that shows it.";
    "W0150" "integer division by zero"
        "For integers x // 0 and x % 0 give 0; for floats infinity or NaN.";
    "W0151" "the shape of random numbers comes first"
        "NumPy's functions of random numbers take the shape last. A call that would be right in that \
         order too, but mean something else, is pointed out; `shape=` says that it is meant.";
    "W0152" "a change that nothing sees"
        "A function has values of its own: changing elements of an argument changes nothing outside. A \
         function that ends with such a change gives nothing; let it end with the changed array, and \
         assign what it gives. So has a round of a loop over an array: loop over its indices to change it.";
};

#[cfg(test)]
mod tests {
    use super::CODES;

    #[test]
    fn codes_are_sorted_and_unique() {
        for pair in CODES.windows(2) {
            assert!(pair[0].code < pair[1].code, "{} before {}", pair[0].code, pair[1].code);
        }
    }

    #[test]
    fn every_code_of_this_crate_is_explained() {
        let mut paths = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        while let Some(path) = paths.pop() {
            if path.is_dir() {
                paths.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for (place, _) in text.match_indices("\"E0") {
                let code = &text[place + 1..place + 6];
                let is_code = code[1..].bytes().all(|b| b.is_ascii_digit());
                assert!(!is_code || super::explain(code).is_some(), "{code} in {}", path.display());
            }
        }
    }
}
