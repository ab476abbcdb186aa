x = zeros((3, 4))
print(x.sum(axis=(0, -2)))
