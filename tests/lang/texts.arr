# Parts of texts, and texts of parts.
line = "  date, t2m ,wind\n"
names = line.strip().split(",")
print(names, len(names), names[1].strip(), line.strip().upper())
print(", ".join([name.strip() for name in names]), "-".join(("a", "b")), "+".join(["x"]), "".join(()))
print(" a  b\tc ".split(), "a,b,,c".split(","), "a b c".split(" ", maxsplit=1), "".split(), "".split(","))
print("  one two  three ".split(none, maxsplit=1), split("k=v=w", "=", maxsplit=1))
print("banana".replace("an", "-"), "banana".replace("an", "-", 1), "banana".replace("x", "y"))
print("data.npy".starts_with("data"), "data.npy".startswith(("x", "d")), "data.npy".ends_with(".nc"), "x.nc".endswith((".npy", ".nc")))
print("héllo".find("l"), "hello".find("z"), "xxaxx".strip("x"), "xxaxx".lstrip("x"), "xxaxx".rstrip("x"), "Straße".upper(), "ÄÖ".lower())
v = [float(part) for part in "1.5;2.5;4".split(";")]
print(v, v.sum(), v.dtype, [int(n) for n in "1 2 3".split()])
print("; ".join([f"{x:.1f}" for x in v]), "|".join([str(n) for n in range(4) if n != 2]))
letters = ""
for c in "añb" { letters = c + letters }
print(letters, [c == "n" for c in "banana"].sum(), tuple("ab"), sorted("cab"))
fn words(text) = len(text.split())
fn initials(text) = "".join([word[0] for word in text.split()])
print(words("to be or not"), initials("to be or not"))
# A text that is not known before the program runs.
n = int(sum([1, 2, 3]))
text = f"{n}-{n * n}"
a, b = text.split("-")
print(int(a) + int(b), text.replace("-", " to "), "-".join([text, text]), [float(p) for p in text.split("-")])
for c in text { if c == "3" { print("a three") } }
print(binary_repr(10), binary_repr(-10), binary_repr(-10, width=8), binary_repr(0, width=3), binary_repr(-1, width=1), binary_repr(-8, width=4))
print(base_repr(255, 16), base_repr(-255, 36), base_repr(0), base_repr(0, 2, 3), base_repr(7, 3, padding=2), base_repr(-9223372036854775807 - 1, 32))
print(tuple([1, 2.5]), tuple([[1, 2], [3]]), concat([iota(k) for k in range(4)]))
