f()
f(a)
f(a, b=1, *c)
f(*c, a,)
f(
    a,
    b = 2,
)
x.f
x.f(a).g(b)[0].h
record(name=1, w=x)
x[0]
x[0, 1]
x[:]
x[::]
x[a:b:c]
x[::-1]
x[1:, :2, ::3, 1:2:]
x[..., 0]
x[newaxis, :]
x[*idx, 0]
x[mask]
x[a, ]
x[[1, 2], 3]
x[f(a, k=b):g(c)]
[e for i in xs]
[e + 1 for i in xs if i > 0]
[a * b for a, b in zip(xs, ys)]
[[x for x in row] for row in rows]
sum([x for x in xs])
