"""Writes format.txt: scalars, format specifications and what Python makes of them.

Run with Python 3.11 or later: python generate_format.py. The output is committed, so that the
tests need no Python. Each line has four fields separated by tabs:

    kind    int, float, bool, str, complex, or repr
    value   an integer, the bits of a float in hexadecimal (two for a complex), or escaped text
    spec    the format specification, escaped (empty for repr)
    result  "=" and the escaped text of format(value, spec) or repr(value), or "!" for an error

Escaped text writes backslash, newline, tab and carriage return as two characters, and others that
do not print as \\u{..} with a hexadecimal code point.
"""

import random
import struct
from pathlib import Path

INTS = [0, 1, -1, 7, 42, -42, 255, 1000, 1234567, -1234567, 2**63, -(2**64), 10**30]
FLOATS = [0.0, -0.0, 1.0, -1.5, 0.5, 2.5, 0.1, 1 / 3, 1234.5678, 1234567.891, -0.00001234, 1e-5]
FLOATS += [1e15, 1e16, 1.5e16, 1e22, 1e100, 123456789.0, 99999.95, 0.045, 5e-324]
FLOATS += [1.7976931348623157e308, float("inf"), float("-inf"), float("nan"), 2.675, 1e-4, 9.99e-5]
FLOATS += [1125899906842624.25, 9007199254740993.0, -0.0004, 999999.5, 9999995.0, 100.0]
TEXTS = ["", "a", "hello", "naïve", "日本語", "a'b", 'say "hi"', "tab\there"]
COMPLEX = [0j, 1 + 2j, -1.5 - 2.5j, 3j, complex(-0.0, 2), complex("nan+infj"), 1e16 + 1e-5j]
COMPLEX += [1234567 + 89012.5j, complex(0, -0.0)]

INT_SPECS = ["", "d", "5", "<8", ">8", "^8", "=8", "08", "+", " ", "+d", "x", "#x", "#X", "#010x"]
INT_SPECS += ["b", "#b", "#o", "o", ",", "_", "_x", "#_b", "012,", "013,", "014,d", "*^15,", "n"]
INT_SPECS += [".2f", "e", "g", "%", ".3%", "0=+10", "x<10", "é>10", "020_x", "#020_x", "+015,.2f"]
FLOAT_SPECS = ["", "f", "e", "g", ".0f", ".1f", ".2f", ".3e", ".0e", ".3g", ".0g", "#g", "#.3g"]
FLOAT_SPECS += ["G", "E", "F", "%", ".1%", "10.3f", "<10.2f", "^12.2e", "+.1f", " .1f", "010.2f"]
FLOAT_SPECS += [",", ",.2f", "_.1f", "015,.2f", "016,.1f", ".3", ".0", ".17", "#", "#.0f", "#.0e"]
FLOAT_SPECS += ["z", "z.1f", "z.3f", "z+.2f", "=+12.1f", "n", ".17g", ".20f", ".50g", "*>20"]
FLOAT_SPECS += ["08", "12,"]
TEXT_SPECS = ["", "s", "10", "<10", ">10", "^10", "*^11", ".2", "10.3", "^9.1s", "05"]
TEXT_SPECS += [">05", "é<7", "{^7"]
COMPLEX_SPECS = ["", ".2f", "e", "g", "+", "20", "<24.1f", ">30", "^30.2e", ",.1f"]
COMPLEX_SPECS += ["#.3g", ".3", "+.1f", "#"]
COMPLEX_SPECS += ["z.1f", "_", " "]
BAD = [
    (1, ["q", ".2d", "s", ",x", "z", "zd", ",_", ",,", "+c", "#c", ",c", ",n"]),
    (1, ["5.", "d5", "..2", ">>>"]),
    (1.5, ["q", "d", "x", "s", "c", "5.", "f5", ",n", "__", "+-f", "b", "1.2.3f"]),
    ("a", ["d", "f", "+", " s", "#", "=5", ",", "_", "z", "q", "x=5", "ss"]),
    (1j, ["%", "05", "=10", "0<10", "d", "s", "x", "010.1f"]),
    (True, ["s", "q", ".1"]),
    (-1, ["c"]),
    (0x110000, ["c"]),
]


def escape(text):
    for plain, escaped in [("\\", "\\\\"), ("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r")]:
        text = text.replace(plain, escaped)
    return "".join(c if c.isprintable() else f"\\u{{{ord(c):x}}}" for c in text)


def bits(value):
    return struct.pack(">d", value).hex()


def field(value):
    if isinstance(value, bool):
        return "bool", str(int(value))
    if isinstance(value, int):
        return "int", str(value)
    if isinstance(value, float):
        return "float", bits(value)
    if isinstance(value, complex):
        return "complex", f"{bits(value.real)},{bits(value.imag)}"
    return "str", escape(value)


def result(value, spec):
    try:
        return "=" + escape(format(value, spec))
    except ValueError:
        return "!"
    except OverflowError:
        return "!"


def cases():
    choose = random.Random(7)
    tables = [(INTS, INT_SPECS, 4), (FLOATS, FLOAT_SPECS, 9), (TEXTS, TEXT_SPECS, 4)]
    tables += [(COMPLEX, COMPLEX_SPECS, 5)]
    for values, specs, share in tables:
        for spec in specs:
            for value in choose.sample(values, share):
                yield value, spec
    for value in INTS + FLOATS + TEXTS + COMPLEX + [True, False]:
        yield value, ""
    for value in [65, 0x20AC, 0x1F600]:
        for spec in ["c", "5c", "<5c", "^5c", "05c"]:
            yield value, spec
    for spec in ["d", "5", "<7", "x", ".1f", "05", ">8", "+", "%"]:
        yield True, spec
    for value in [float("inf"), float("-inf"), float("nan")]:
        for spec in ["010", "010,", "+08.1f", "F", "%", "e", "z.1f", "^9", " ", "#", "=9"]:
            yield value, spec
    for value, specs in BAD:
        for spec in specs:
            yield value, spec


REPR_TEXTS = TEXTS + ["both ' and \"", "back\\slash", "line\nfeed\r", "\x00\x1b\x7f"]
REPR_TEXTS += ["\x85\xa0\xad"]
REPR_TEXTS += ["\u2028\u200b\u202e", "\ufeff", "e\u0301", "\u0301", "\U0001f600", "\ue000"]
REPR_TEXTS += ["\U000e0041"]
REPR_TEXTS += ["'", '"', "''", "\u00e9", "\u3000", "\u0378"]


def main():
    lines = ["\t".join([*field(v), escape(s), result(v, s)]) for v, s in cases()]
    lines += ["\t".join(["repr", escape(t), "", "=" + escape(repr(t))]) for t in REPR_TEXTS]
    lines = list(dict.fromkeys(lines))
    target = Path(__file__).with_name("format.txt")
    target.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    print(f"{len(lines)} cases, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
