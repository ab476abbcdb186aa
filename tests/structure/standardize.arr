# Standardised columns: a pass for the mean, one for the deviations, one for the result.
# plan: plans = 1
# plan: stored = 1
# plan: passes 0 = 3
# plan: kernels <= 6
x = load("float64_3000x70.npy")
save("y.npy", (x - x.mean(axis=0)) / x.std(axis=0))
