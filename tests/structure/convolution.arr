# A convolution with a kernel: products and sums over both window axes in one kernel.
# plan: kernels = 1
# plan: steps = 1
# plan: passes 0 = 1
# plan: stored = 1
u = load("float64_300x70.npy")
k = [[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]] / 16.0
k = persist(k)
save("v.npy", (windows(u, (3, 3)) * k).sum(axis=(-2, -1)))
