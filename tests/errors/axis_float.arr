x = zeros((3, 4))
print(x.sum(axis=1.0))
