# test: large
# Heat on a plate: Jacobi's method over shifted slices.
fn jacobi(u, tol=1e-3) {
    err = inf
    n = 0
    while err > tol {
        v = u
        v[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:])
        err = max(abs(v - u))
        u = v
        n += 1
    }
    print(n, "steps")
    u
}
u = zeros((9, 12))
u[0, :] = 1.0
u[:, -1] = arange(9) / 8
print(jacobi(u))
h = ((arange(21_000) * 31) % 97).reshape(300, 70) / 16
d = h[2:, 1:-1] + h[:-2, 1:-1] + h[1:-1, 2:] + h[1:-1, :-2] - 4 * h[1:-1, 1:-1]
print(d.shape, d.sum(), d[:2, :4], d[-1, -3:], abs(d).max(), sep="\n")
s = h
for i in range(3) { s[1:-1] = (s[:-2] + 2 * s[1:-1] + s[2:]) / 4 }
print(s.sum(), s[150, :4], s[0, 0] == h[0, 0])
w = arange(100_000) / 8
m = (w[:-2] + w[1:-1] + w[2:]) / 3
print(m.shape, m[:3], m[-2:], m.sum())
gx = (h[:, 2:] - h[:, :-2]) / 2
gy = (h[2:, :] - h[:-2, :]) / 2
print(hypot(gx[1:-1], gy[:, 1:-1]).max(), (gx * gx).sum() - (gy * gy).sum())
