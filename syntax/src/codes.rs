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
        "The second mark shows the bracket that is still open."
        ""
        "    print((1 + 2)      # wrong: one `)` is missing"
        "    print((1 + 2))";
    "E0003" "closing bracket without an opening one"
        "A `)`, `]` or `}` stands where no such bracket is open, or another kind is open."
        ""
        "    x = [1, 2)         # wrong"
        "    x = [1, 2]";
    "E0004" "string not closed"
        "A string in one quote ends on the line where it begins."
        "A string over several lines begins and ends with three quotes.";
    "E0005" "unknown character"
        "Outside of strings and comments, programs are made of letters, digits, spaces and operators."
        "Characters such as curly quotes or a long dash often come from a text editor.";
    "E0006" "malformed number"
        "A number is written like 12, 1_000, 0xff, 0b101, 1.5, 1e-3 or 2j."
        "A name does not begin with a digit, and a product needs its `*`."
        ""
        "    y = 3x             # wrong"
        "    y = 3 * x";
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
        "`=` gives a name a value, `==` compares."
        ""
        "    if x = 3 { }       # wrong"
        "    if x == 3 { }";
    "E0013" "chained comparison"
        "`0 < x < 1` is not available, because on arrays it has no good meaning."
        ""
        "    0 < x < 1          # wrong"
        "    (0 < x) & (x < 1)";
    "E0014" "block missing"
        "The body of `if`, `else`, `for`, `while` and of a function stands in braces,"
        "and the `{` stands on the line of its head."
        ""
        "    if x > 0 {"
        "        print(x)"
        "    }";
    "E0015" "block where none can stand"
        "A `{ }` block belongs to `if`, `else`, `for`, `while` or a function; it is not a value."
        "A function has either `= value` or a block: `fn f(x) = x + 1`, `fn f(x) { x + 1 }`."
        "In place of a dictionary there are records: `record(a=1, b=2)`.";
    "E0016" "colon in place of a block"
        "Bodies stand in braces; indentation has no meaning."
        ""
        "    if x > 0:          # wrong"
        "    if x > 0 { print(x) }";
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
        "Between two values stands an operator; a call needs its parentheses."
        ""
        "    print x            # wrong"
        "    print(x)";
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
