# A sum of a function of a vector: one fused fold, no array in between.
# plan: kernels = 1
# plan: passes 0 = 1
# plan: stored = 0
a = load("float64_100000.npy")
print(exp(-a * a).sum())
