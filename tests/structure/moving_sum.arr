# Sums over windows of a function of the array: one kernel, nothing stored but the result.
# plan: kernels = 1
# plan: steps = 1
# plan: passes 0 = 1
# plan: stored = 1
a = load("float64_100000.npy")
save("m.npy", windows(a * 2, 4).sum(axis=-1))
