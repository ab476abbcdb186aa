# Windows of windows, every second one: still only a way of reading the input.
# plan: kernels = 1
# plan: steps = 1
# plan: passes 0 = 1
# plan: stored = 1
u = load("float64_300x70.npy")
save("v.npy", windows(u, (5, 3))[::-1, :, ::2, ::-1].max(axis=(-2, -1)))
