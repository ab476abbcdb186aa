x = arange(5)
y = x[x.sum():]
print(y.max())
