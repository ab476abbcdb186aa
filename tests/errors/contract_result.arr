fn first_half(x: float64[n]) -> float64[n] = x[:2]
print(first_half(ones(4)))
