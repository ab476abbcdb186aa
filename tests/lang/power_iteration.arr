# test: large
# The greatest eigenvalue, and a linear system by conjugate gradients.
n = 70
i = arange(n)
a = 1 / (1 + abs(i[:, newaxis] - i)) + eye(n) * (i + 1)
v = ones(n)
for k in range(400) {
    w = a @ v
    v = w / norm(w)
}
print(f"{v @ a @ v:.8f} {norm(a @ v - (v @ a @ v) * v) < 1e-2}")
fn solve(a, b, steps=200) {
    x = zeros_like(b)
    r = b
    p = r
    rr = r @ r
    for k in range(steps) {
        if rr < 1e-20 { break }
        ap = a @ p
        alpha = rr / (p @ ap)
        x = x + alpha * p
        r = r - alpha * ap
        new = r @ r
        p = r + (new / rr) * p
        rr = new
    }
    x
}
b = sin(i / 5)
x = solve(a, b)
print(norm(a @ x - b) < 1e-9, x[:5].round(7), x[-2:].round(7))
