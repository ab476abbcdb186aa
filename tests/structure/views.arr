# Slices, reversals and new axes are read where they lie.
# plan: kernels = 1
# plan: steps = 1
# plan: stored = 1
x = load("float64_3000x70.npy")
v = load("float64_70.npy")
save("y.npy", x[::-2, ::-1] * v[newaxis, :] + x[1::2])
