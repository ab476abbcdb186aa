x = [[1.0, 2.0], [3.0, 4.0]]
print(median(x, axis=2))
