# Means of moving windows: the windows are never stored, and a part of the sums is divided while
# it is in cache.
# plan: kernels = 2
# plan: stages = 1
# plan: passes 0 = 1
# plan: stored = 1
a = load("float64_100000.npy")
save("m.npy", windows(a, 3).mean(axis=-1))
