x = ones((2, 3))
print(x.sum())
save("nowhere/x.npy", x)
