# One pass for the greatest, the least and the mean, another for the variance.
# plan: plans = 1
# plan: passes 0 = 2
x = load("float64_100000.npy")
a, b, c = compute(x.max(), x.min(), x.std())
