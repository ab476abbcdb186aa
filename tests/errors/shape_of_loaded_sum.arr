x = zeros((10, 4))
print("before")
y = x.sum(axis=0) + x.sum(axis=1)
