x = zeros(3)
assert x.shape == (4,), "four expected"
