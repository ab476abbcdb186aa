fn half(x: floating[...]) = x / 2
print(half([1, 2, 3]))
