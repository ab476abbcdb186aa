# climate.arr
import stats                                   # a module of the standard library, written in arr
param years = 30                               # arr run climate.arr years=5

t    = load("t2m.zarr")                        # lazy; shape and dtype are known at once
clim = t.reshape(years, 365, *t.shape[1:]).mean(axis=0)
anom = t.reshape(years, 365, *t.shape[1:]) - clim

fn standardize(x, axis=0) = (x - x.mean(axis=axis)) / x.std(axis=axis)

fn jacobi(u, tol=1e-6) {
    err = inf
    while err > tol {
        v = u
        v[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:])
        err = max(abs(v - u))
        u = v
    }
    u                                          # the last expression is the value; `return` also works
}

print(f"warmest cell {anom.max():.2f} K", anom[0, :2, :2])
save("anom.zarr", standardize(anom))
