# A matrix product reads a transpose as it is.
# plan: stored = 1
# plan: kernels = 0
# plan: steps = 1
a = load("float64_300x70.npy")
b = load("float64_500x70.npy")
save("c.npy", a @ b.T)
