# A step of Jacobi's method writes the interior with one kernel, and copies the border.
# plan: stored = 1
# plan: kernels <= 5
u = load("float64_300x70.npy")
v = u
v[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:])
save("v.npy", v)
