x = arange(10) * 2
print(x[[0, 3, 5]])
print(x[x > 4])
x[x > 4] *= 2
