x = arange(10)
i = int(x.max()) + 1
print(x[i])
