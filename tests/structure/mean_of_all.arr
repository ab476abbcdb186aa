# A mean over everything.
# plan: kernels <= 2
# plan: passes 0 = 1
# plan: stored = 0
x = load("int32_300x70.npy")
print(x.mean())
