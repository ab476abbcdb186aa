x = zeros((0, 3))
print(x.max(axis=0))
