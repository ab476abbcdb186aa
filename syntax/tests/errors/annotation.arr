x: int = 3
x: float64[n] = y
foo:
