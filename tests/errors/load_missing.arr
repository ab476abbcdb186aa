x = load("measurements.npy")
print(x.mean())
