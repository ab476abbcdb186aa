# test: memory 1000000000
x = random((10_000_000_000,))
y = sort(x)
print(y.sum())
