# A chain of operators is one kernel.
# plan: kernels = 1
# plan: steps = 1
# plan: passes 0 = 1
x = load("float64_100000.npy")
y = sqrt(abs(sin(x) * 2 + cos(x) / 3)) - 1
z = where(y > 0, y, -y) ** 2
save("z.npy", log1p(z) * x)
