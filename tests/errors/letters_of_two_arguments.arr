fn fit(x: float64[n, m], w: float64[m]) -> float64[n] = x @ w
print("before")
print(fit(zeros((5, 3)), zeros(4)))
