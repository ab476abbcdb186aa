# Softmax along rows and along columns.
param n = 4000
x = persist(random((n, 1000), seed=0))
fn softmax(x, axis) {
    e = exp(x - x.max(axis=axis, keepdims=true))
    e / e.sum(axis=axis, keepdims=true)
}
timeit(fn() = softmax(x, 1))
timeit(fn() = softmax(x, 0))
