fn project(a: float64[n, m], x: float64[m]) -> float64[n] = a @ x
print(project(ones((3, 2)), ones(3)))
