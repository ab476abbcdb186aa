x = (0, 1) * 1000000000
y = "ab" * 1000000000
z = tuple(range(10 ** 9))
w = arange(0.0, 1e30)
