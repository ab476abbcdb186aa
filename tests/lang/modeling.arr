# test: large
# Logistic regression by gradient descent.
x = ((arange(3000) * 7919 % 1009).reshape(1000, 3) - 504) / 504
truth = [1.5, -2.0, 0.5]
y = (x @ truth + 0.3 > 0).astype(float64)
w = zeros(3)
b = 0.0
for step in range(60) {
    p = 1 / (1 + exp(-(x @ w + b)))
    g = x.T @ (p - y) / len(y)
    w -= 2.0 * g
    b -= 2.0 * float(mean(p - y))
}
loss = -mean(y * log(p) + (1 - y) * log(1 - p))
print(w.round(6), round(b, 6), f"{loss:.8f} {((p > 0.5) == (y > 0)).mean():.3f}")
