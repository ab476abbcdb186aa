# The sum of a scaled array and its transpose: two passes, no stored transpose, sum or broadcast.
# plan: plans = 1
# plan: stored = 1
# plan: passes 0 = 2
# plan: kernels <= 3
x = load("float64_500x500.npy")
save("y.npy", x + x.T - x.mean(axis=0))
