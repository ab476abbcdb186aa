# test: large
# The Mandelbrot set in real arithmetic.
h, w = 24, 64
cy = linspace(-1.2, 1.2, h)[:, newaxis]
cx = linspace(-2.1, 0.7, w)
x = zeros((h, w))
y = zeros((h, w))
n = zeros((h, w), dtype=int64)
for i in range(30) {
    inside = x * x + y * y <= 4
    n += inside
    t = where(inside, x * x - y * y + cx, x)
    y = where(inside, 2 * x * y + cy, y)
    x = t
}
for row in n[::2, ::2] {
    line = ""
    for c in row { line += if_inside(c) }
    print(line)
}
fn if_inside(c) {
    if c == 30 { return "#" }
    if c > 6 { return "+" }
    "."
}
print(n.sum(), (n == 30).sum(), n.max(axis=1))
