# Many dependent statements on a small array; one expression on a very small one.
param n = 20_000
fn settle() {
    x = zeros(100)
    for i in range(n) {
        x = x * 0.5 + 1.0
        if x[0] > 3.0 { break }
    }
    x
}
timeit(settle, repeat=3)
v = persist(random(100, seed=0))
timeit(fn() = (v * v).sum(), repeat=2000)
