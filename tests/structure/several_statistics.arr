# Statistics of few columns: parts of them go through all steps.
# plan: plans = 1
# plan: passes 0 = 1
x = load("float64_3000x70.npy")
a, b, c = compute(x.max(axis=0), x.min(axis=0), x.std(axis=0))
