# Random numbers are made where they are used.
# plan: kernels <= 2
# plan: stored = 0
print(random((1000, 1000), seed=1).mean())
