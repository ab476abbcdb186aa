a = “text”
b = 3 × 4
c = x ? 1 : 2
d = $x
e = 1 – 2
f = `cmd`
g = x ≤ y
