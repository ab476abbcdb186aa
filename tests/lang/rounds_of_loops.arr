# Loops whose rounds repeat each other: the graph of the round before runs again.
fn settle(n, least) {
    x = zeros(5)
    for i in range(n) {
        x = x * 0.5 + 1.0
        if x[0] > least { break }
    }
    (i, x)
}
print(settle(50, 1.9999), settle(3, 9.0), settle(1, 0.5))

# The loop's own condition, a value bound inside, names that change places.
fn newton(a) {
    x = a
    d = ones(3)
    rounds = 0
    while abs(d).max() > 1e-12 {
        y = 0.5 * (x + a / x)
        d = y - x
        x = y
    }
    x
}
print(newton(array([2.0, 3.0, 5.0])))
a = ones(3)
b = ones(3)
for i in range(20) {
    t = a
    a = b
    b = t + 1.0
    if b[0] > 8.5 { break }
}
print(a, b, i)

# Numbers that change from round to round, in the loop and in a function.
y = zeros(2)
for k in range(12) {
    y = y + k
    if y[0] > 40.0 { break }
}
print(y, k)
k = 1
fn more(x) = x + k
y = zeros(2)
for k in range(12) {
    y = more(y)
    if y[0] > 40.0 { break }
}
print(y, k)
step = 1.0
y = zeros(2)
while y[0] < 100.0 {
    step = step * 2.0
    y = y + step
}
print(y, step)

# Shapes and dtypes that change.
v = ones(1)
for i in range(9) {
    v = concat((v, v * 2.0))
    if v.sum() > 1000.0 { break }
}
print(v.shape, v.sum(), i)
w = array([1, 2], dtype=int32)
for i in range(9) {
    w = w + w
    if i == 4 { w = w.astype(float32) / 3 }
    if w[1] > 300 { break }
}
print(w, w.dtype, i)

# Parts that are assigned, several conditions, what is printed in every round.
u = zeros((5, 5))
u[0, :] = 1.0
for i in range(60) {
    v = u
    v[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:])
    e = abs(v - u).max()
    u = v
    if e < 1e-3 { break } else if e > 10.0 { print("grows") }
}
print(i, u, e)
x = array([1.0, 5.0])
for i in range(6) {
    x = x * 0.5
    if x[1] < 0.2 { break }
    x = x + 0.01
    if x.sum() < 0.7 { print("low", x) }
    s = x[0]
    print(i, s)
}
print(x)

# Elements read on the way decide what is computed.
x = arange(4) * 1.0
for i in range(8) {
    n = int(x.sum())
    x = x + n % 3
    if x[3] > 12 { break }
}
print(x, i)

# Complex numbers, bools, random numbers, masks.
z = array([1.0 + 1.0j, 0.5j])
for i in range(30) {
    z = z * z * 0.9
    if abs(z).max() > 4.0 { break }
}
print(z, i)
alive = array([true, false, true, true])
for i in range(8) {
    alive = alive & (random(4, seed=i) > 0.3)
    if not alive.any() { break }
}
print(alive, i)
q = arange(6) * 1.0
for i in range(9) {
    q[q > 3.0] = q.mean()
    if q.max() < 2.6 { break }
}
print(q, i)

# Functions of the program, and what they see.
fn improved(x) = 0.5 * (x + goal / x)
goal = array([2.0, 9.0])
x = goal
err = 1.0
while err > 1e-10 {
    y = improved(x)
    err = abs(y - x).max()
    x = y
}
print(x)
shift = 1.0
fn moved(x) { return x + shift }
fn twice(x) = moved(moved(x))
x = zeros(2)
for i in range(40) {
    x = twice(x)
    if x[0] > 30.0 { break }
    if i == 9 { shift = 2.0 }
    if i == 11 { goal = x }
}
print(x, i, goal)
fn countdown(start) {
    left = start
    factor = 0.5
    fn less(v) = v * factor - 1.0
    while left.max() > 0.0 {
        left = less(left)
        factor = factor * 1.0
    }
    left
}
print(countdown(array([50.0, 3.0])))
fn scaled(n) {
    x = ones(2)
    for i in range(n) {
        x = x * shift + goal[0]
        if x[1] > 1e6 { break }
    }
    x
}
print(scaled(30))
fn apply(f, n) {
    x = ones(2)
    for i in range(n) {
        x = f(x)
        if x[1] > 1e3 { break }
    }
    x
}
print(apply(moved, 5), apply(fn(v) = v * 3.0, 50))

# An array that is computed while a round is noted.
base = ones(3) + 1.0
start = base * 2.0
for i in range(6) {
    other = start + base
    total = other.sum()
    start = other
    base = base * 0.5
    if total > 1e6 { break }
}
print(start, base, total)
base = ones(3) * 3.0
for i in range(6) {
    other = base * base
    if other.sum() > 1e9 { break }
    base = other - base
    if i == 3 { base = base * 0.01 }
}
print(base, other, i)
