# test: no-numpy
# What a function may state about its arguments.
fn apply(a: float64[n, m], x: float64[m]) -> float64[n] = a @ x
print(apply(ones((2, 3)), [1.0, 2.0, 3.0]))
fn edges(x: real[n]) -> real[n-1] = (x[1:] + x[:-1]) / 2
print(edges(arange(5)), edges([1.0, 4.0]))
fn square(x: numeric[n, n]) { print("n is", n); x.diagonal() }
print(square(arange(9).reshape(3, 3)))
fn planes(x: float64[..., 3]) = x.sum(axis=-1)
print(planes(ones((2, 4, 3))), planes([1.0, 2.0, 3.0]))
fn split(x: float64[n, 2]) -> (float64[n], float64[n]) = (x[:, 0], x[:, 1])
a, b = split(arange(8).reshape(4, 2) / 2)
print(a, b)
fn scale(x: float32[n], by: float64) = x * by
y = scale(ones(3, dtype=float32), 2.5)
print(y, y.dtype)
fn count(k: int64) = k + 1
print(count(4))
fn padded(x: float64[n]) -> float64[n+2] = concat([[0.0], x, [0.0]])
print(padded([1.0, 2.0]))
