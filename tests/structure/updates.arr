# Updates in a loop do not pile up copies.
# plan: plans = 1
# plan: stored <= 1
x = load("float64_100000.npy")
for i in range(5) { x[i::5] *= i + 1 }
save("x.npy", x)
