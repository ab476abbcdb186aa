# Two results of one input, asked for together: one plan.
# plan: plans = 1
# plan: stored = 0
# plan: passes 0 = 1
x = load("float64_100000.npy")
y = x * 2 + 1
a, b = compute(y.sum(), (y * y).sum())
