x = arange(10)
print(x[1, 2])
