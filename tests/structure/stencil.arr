# Five shifted slices of one array: one kernel.
# plan: kernels = 1
# plan: steps = 1
# plan: passes 0 = 1
# plan: stored = 1
u = load("float64_300x70.npy")
save("v.npy", 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:]) - u[1:-1, 1:-1])
