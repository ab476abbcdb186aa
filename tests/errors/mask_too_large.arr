x = arange(3.0)
print(x.sum(where=ones((2, 3), dtype=bool)))
