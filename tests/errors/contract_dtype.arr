fn halve(x: float64[n]) -> float64[n] = x / 2
print(halve([2, 4, 6]))
