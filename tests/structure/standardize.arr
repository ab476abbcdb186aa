# Standardised columns: the mean and the deviations in two folds, and the result.
# plan: plans = 1
# plan: stored = 1
# plan: passes 0 = 2
# plan: kernels <= 4
x = load("float64_3000x70.npy")
save("y.npy", (x - x.mean(axis=0)) / x.std(axis=0))
