# test: memory 1000000
x = ones((1000, 1000))
y = x.cumsum(axis=0)
print(y.sum())
