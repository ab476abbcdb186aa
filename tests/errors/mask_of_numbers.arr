x = arange(3.0)
print(sum(x, where=[1, 0, 1]))
