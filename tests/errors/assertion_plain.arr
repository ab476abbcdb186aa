x = arange(5)
assert x.sum() == 11
