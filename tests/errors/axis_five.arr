x = zeros((3, 4))
print(x.mean(axis=5))
