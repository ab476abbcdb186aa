fn pair(n: int) -> (int, float64[n]) = (n, zeros(n + 1))
print(pair(3))
