fn first(x, n: int) = x[:n]
print(first(zeros(4), 2.5))
