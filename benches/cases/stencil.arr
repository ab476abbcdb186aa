# A five point stencil, ten sweeps of it in place, a moving mean.
param n = 4096
u = persist(random((n, n), seed=0))
timeit(fn() = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:]))
fn relax(u) {
    for i in range(10) {
        v = u
        v[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:])
        u = v
    }
    u
}
timeit(fn() = relax(u))
