# test: memory 1000000
x = ones((1_000_000,))
y = sort(x)
print(y.sum())
