x = [1.0, -2.0, 3.0]
assert all(x > 0), "every weight must be positive"
