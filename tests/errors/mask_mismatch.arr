x = zeros((4, 3))
print(x.mean(axis=0, where=[true, false, true, true]))
