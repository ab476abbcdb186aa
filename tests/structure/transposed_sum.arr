# The rows of a transpose are columns: nothing is moved.
# plan: kernels = 1
# plan: stored = 0
# plan: passes 0 = 1
x = load("float64_3000x70.npy")
print(x.T.sum(axis=1))
