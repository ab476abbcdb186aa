# Updates in a loop are written into one copy.
# plan: plans = 1
# plan: stored = 1
# plan: passes 0 = 1
x = load("float64_100000.npy")
for i in range(5) { x[i::10] = i + 1 }
save("x.npy", x)
