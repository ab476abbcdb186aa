fn edges(x: float64[n], e: float64[n+1]) = e[1:] - e[:-1]
print(edges(zeros(4), zeros(4)))
