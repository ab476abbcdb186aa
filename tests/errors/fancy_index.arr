x = arange(10) * 2
print(x[[0.5, 1.5]])
print(x[[true, false]])
print(x[[0, 1], [0, 1]])
print(x.reshape(2, 5)[[0, 1], [0, 1, 2]])
x[x > 4] = "many"
x[[0, 1]] = 0.5
