//! For each code a wrong program and the right one; a test runs both.
//!
//! Codes of what no short program can show have none.

/// A wrong program and its correction.
#[derive(Debug)]
pub struct Example {
    /// `E0001`
    pub code: &'static str,
    /// Gives this code.
    pub wrong: &'static str,
    /// Gives none.
    pub right: &'static str,
}

macro_rules! examples {
    ($($code:literal $wrong:literal => $right:literal;)*) => {
        &[$(Example { code: $code, wrong: $wrong, right: $right }),*]
    };
}

/// The example of a code.
pub fn example(code: &str) -> Option<&'static Example> {
    EXAMPLES.iter().find(|e| e.code.eq_ignore_ascii_case(code))
}

/// All examples, sorted by code.
pub static EXAMPLES: &[Example] = examples! {
    "E0001" "print(1 2)" => "print(1, 2)";
    "E0002" "print((1 + 2)" => "print((1 + 2))";
    "E0003" "x = [1, 2)" => "x = [1, 2]";
    "E0004" "print(\"a)" => "print(\"a\")";
    "E0005" "print(3 $ 4)" => "print(3 * 4)";
    "E0006" "x = 2\ny = 3x" => "x = 2\ny = 3 * x";
    "E0007" "x = 99999999999999999999" => "x = 1e20";
    "E0008" "print(\"C:\\data\")" => "print(\"C:\\\\data\")";
    "E0010" "print(f\"{}\")" => "print(f\"{1 + 2}\")";
    "E0011" "a = b = 3" => "a, b = 3, 3";
    "E0012" "x = 3\nif x = 3 { print(x) }" => "x = 3\nif x == 3 { print(x) }";
    "E0013" "x = 0.5\nprint(0 < x < 1)" => "x = 0.5\nprint((0 < x) & (x < 1))";
    "E0014" "x = 1\nif x > 0 print(x)" => "x = 1\nif x > 0 { print(x) }";
    "E0015" "r = {a: 1}" => "r = record(a=1)";
    "E0016" "x = 1\nif x > 0:\n    print(x)" => "x = 1\nif x > 0 { print(x) }";
    "E0017" "x = True" => "x = true";
    "E0018" "a = true\nprint(!a)" => "a = true\nprint(not a)";
    "E0019" "def f(x):\n    return x" => "fn f(x) = x";
    "E0020" "i = 0\ni++" => "i = 0\ni += 1";
    "E0021" "x = 1\nprint x" => "x = 1\nprint(x)";
    "E0022" "fn f(a=1, b) = a + b" => "fn f(b, a=1) = a + b";
    "E0023" "fn f(a, a) = a" => "fn f(a, b) = a + b";
    "E0024" "print(zeros(dtype=int32, 3))" => "print(zeros(3, dtype=int32))";
    "E0025" "x = ..." => "x = arange(5)[1:3]";
    "E0026" "x = [i * j for i in range(3) for j in range(3)]" => "x = [[i * j for j in range(3)] for i in range(3)]";
    "E0027" "in = 3" => "inside = 3";
    "E0028" "x = 1 +" => "x = 1 + 2";
    "E0030" "fn f(a) = a\nr = record(a=1)\nprint(f(**r))" => "fn f(a) = a\nr = record(a=1)\nprint(f(a=r.a))";
    "E0031" "else { print(1) }" => "if false { print(2) } else { print(1) }";
    "E0032" "x = 1;; y = 2" => "x = 1; y = 2";
    "E0033" "from stats import *" => "from stats import cov";
    "E0035" "if true { param n = 3 }" => "param n = 3";
    "E0100" "total = 3\nprint(totl)" => "total = 3\nprint(total)";
    "E0101" "if false { y = 1 }\nprint(y)" => "y = 0\nif false { y = 1 }\nprint(y)";
    "E0102" "x = zeros((1000, 360)); w = ones(365)\ny = x + w" => "x = zeros((1000, 360)); w = ones(1000)\ny = x + w[:, newaxis]";
    "E0103" "fn f(x) = x\nfn f(x) = 2 * x" => "fn f(x) = x\nfn g(x) = 2 * x";
    "E0104" "break" => "for i in range(3) { break }";
    "E0105" "return 3" => "fn f() { return 3 }";
    "E0106" "x = zeros(3)\nfn f() { x[0] = 1 }" => "x = zeros(3)\nfn f(x) { x[0] = 1; x }\nx = f(x)";
    "E0107" "zeros(3)[0] = 1" => "x = zeros(3)\nx[0] = 1";
    "E0108" "x = zeros(3)\nprint(x(0))" => "x = zeros(3)\nprint(x[0])";
    "E0109" "fn f(a, b) = a + b\nprint(f(1))" => "fn f(a, b) = a + b\nprint(f(1, 2))";
    "E0110" "print(zeros(3).shap)" => "print(zeros(3).shape)";
    "E0111" "fn half(x: float64[n]) = x / 2\nprint(half([1, 2]))" => "fn half(x: float64[n]) = x / 2\nprint(half([1.0, 2.0]))";
    "E0112" "for i in 10 { print(i) }" => "for i in range(10) { print(i) }";
    "E0113" "a, b = (1, 2, 3)" => "a, b, c = (1, 2, 3)";
    "E0116" "import statz" => "import stats";
    "E0120" "fn f(*xs) = xs\nprint(f(*3))" => "fn f(*xs) = xs\nprint(f(*(3, 4)))";
    "E0121" "fn f(x: flot64[n]) = x" => "fn f(x: float64[n]) = x";
    "E0123" "print(f\"{zeros(3):.2f}\")" => "print(f\"{zeros(3)[0]:.2f}\")";
    "E0124" "for i in range(int(random(()))) { last = i }\nprint(last)" => "last = none\nfor i in range(int(random(()))) { last = i }\nprint(last)";
    "E0125" "x = [3, 1]\nx.sort()\nprint(x)" => "x = [3, 1]\nx = x.sort()\nprint(x)";
    "E0150" "print(\"n = \" + 3)" => "print(f\"n = {3}\")";
    "E0151" "print([true] - [false])" => "print([true] ^ [false])";
    "E0152" "x = zeros(3, dtype=uint8)\nprint(x + 300)" => "x = zeros(3, dtype=uint8)\nprint(x.astype(int64) + 300)";
    "E0153" "print([1j, 2.0].max())" => "print(abs([1j, 2.0]).max())";
    "E0154" "x = zeros(3)\nprint(x[0, 1])" => "x = zeros(3)\nprint(x[0])";
    "E0155" "x = zeros(3)\nprint(x[3])" => "x = zeros(3)\nprint(x[-1])";
    "E0156" "r = record(a=1)\nprint(r[\"a\"])" => "r = record(a=1)\nprint(r.a)";
    "E0158" "print(arange(5)[::0])" => "print(arange(5)[::2])";
    "E0159" "x = zeros((2, 3))\nx[0] = ones(2)" => "x = zeros((2, 3))\nx[0] = ones(3)";
    "E0160" "x = [1, 2]\nx[0] = 2.7" => "x = [1.0, 2.0]\nx[0] = 2.7";
    "E0161" "print(zeros((3, 4)).sum(axis=2))" => "print(zeros((3, 4)).sum(axis=-1))";
    "E0162" "print(zeros((3, 4)).sum(axis=(0, -2)))" => "print(zeros((3, 4)).sum(axis=(0, 1)))";
    "E0163" "print(arange(6).reshape(4, 2))" => "print(arange(6).reshape(-1, 2))";
    "E0164" "print(zeros(-1))" => "print(zeros(1))";
    "E0165" "x = (0, 1) * 1000000000" => "x = arange(2000000000) % 2";
    "E0166" "print(zeros((2, 3)) @ zeros((2, 3)))" => "print(zeros((2, 3)) @ zeros((2, 3)).mT)";
    "E0167" "print(zeros((2, 2)) @ 3)" => "print(zeros((2, 2)) * 3)";
    "E0168" "print(zeros(0).max())" => "print(zeros(0).sum())";
    "E0169" "print(stack([ones(2), ones(3)]))" => "print(concat([ones(2), ones(3)]))";
    "E0170" "x = [[1, 2], [3]]" => "x = ([1, 2], [3])";
    "E0171" "print(zeros((3, 4)).sum(axis=1.0))" => "print(zeros((3, 4)).sum(axis=1))";
    "E0172" "x = ones(3)\nif x > 0 { print(x) }" => "x = ones(3)\nif (x > 0).all() { print(x) }";
    "E0173" "n = 2\nprint(n ** -1)" => "n = 2.0\nprint(n ** -1)";
    "E0174" "print(zeros((2, 3, 4)).T)" => "print(zeros((2, 3, 4)).mT)";
    "E0175" "print(max([1, 2], [3, 4]))" => "print(maximum([1, 2], [3, 4]))";
    "E0176" "print(zeros((1, 3)).squeeze(axis=1))" => "print(zeros((1, 3)).squeeze(axis=0))";
    "E0177" "print(broadcast_to(ones(2), (3, 4)))" => "print(broadcast_to(ones(4), (3, 4)))";
    "E0178" "print(int([1, 2]))" => "print(int([1, 2].sum()))";
    "E0179" "print(float(\"1,5\"))" => "print(float(\"1.5\"))";
    "E0180" "print(permute_dims(zeros((2, 3, 4)), (0, 1)))" => "print(permute_dims(zeros((2, 3, 4)), (0, 2, 1)))";
    "E0181" "for i in range(0, 5, 0) { print(i) }" => "for i in range(0, 5, 1) { print(i) }";
    "E0182" "print(concat([]))" => "print(concat([zeros(0)]))";
    "E0185" "print(einsum(\"ij,jk->il\", ones((2, 3)), ones((3, 4))))" => "print(einsum(\"ij,jk->ik\", ones((2, 3)), ones((3, 4))))";
    "E0200" "print(linalg.inv([[1.0, 2.0], [2.0, 4.0]]))" => "print(linalg.pinv([[1.0, 2.0], [2.0, 4.0]]))";
    "E0201" "n = 0\nassert n > 0, \"n must be positive\"" => "n = 1\nassert n > 0, \"n must be positive\"";
    "E0210" "fn f(n) = f(n + 1)\nprint(f(0))" => "fn f(n) = if n > 9 { n } else { f(n + 1) }\nprint(f(0))";
    "E0220" "x = load(\"missing.npy\")" => "x = zeros(3)";
    "W0150" "print(5 // 0)" => "print(5 // 2)";
    "W0151" "print(random.poisson(5, 10))" => "print(random.poisson(shape=5, lam=10))";
    "W0152" "fn first(a) { a[0] = 1 }\nx = zeros(2)\nfirst(x)" => "fn first(a) { a[0] = 1; a }\nx = zeros(2)\nx = first(x)";
};

#[cfg(test)]
mod tests {
    use super::EXAMPLES;

    #[test]
    fn examples_are_sorted_and_of_known_codes() {
        assert!(EXAMPLES.is_sorted_by(|a, b| a.code < b.code));
        for example in EXAMPLES {
            assert!(crate::codes::explain(example.code).is_some(), "{}", example.code);
        }
    }
}
