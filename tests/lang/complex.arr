# Complex arrays: literals, dtypes, printing, functions, files, contracts.
# test: directory
param directory = "."
z = [1 + 2j, -3.5j, 4]
print(z, z.dtype, z.shape, z.nbytes)
print(z.real, z.imag, conj(z), abs(z))
print(z + 1, z * 1j, z / 2, -z, z ** 2)
print(z == 4, z != 4, z.any(), z.all())
print(z.sum(), z.prod(), z.mean(), z.var())
print(cumsum(z), cumulative_prod(z))
w = zeros((2, 3), dtype=complex64)
w[0] = [1, 2j, 3]
w[1, ::2] = 0.5 - 1j
print(w, w.T.shape, w.dtype)
print((w, z[0]), asarray([1e-10 + 1e10j, nan + inf * 1j]))
print(full(3, 1j), eye(2, dtype=complex128), linspace(0, 1j, 3))
print((w * 2).dtype, (w + z).dtype, (arange(3, dtype=float32) + 1j).dtype, (arange(3) * 1j).dtype)
m = [[1, 1j], [-1j, 2]]
print(m @ m, m @ [1, 1j], vecdot([1j, 1], [1j, 2]), outer([1j, 2], [1, 1j]))
print(exp(1j * pi) + 1, sqrt(-4 + 0j), (1 + 1j) ** 8, 1 / (2 - 1j), abs(3 + 4j), (2j).imag)
print(round(exp(1j * arange(4) * pi / 2), 3), angle(z), isfinite(z), iscomplex(z))
save(directory + "/z.npy", w)
r = load(directory + "/z.npy")
print(r.dtype, (r == w).all(), r[0, 1], r.imag.sum())
fn energy(x: complex128[n]) -> float64[] = sum(abs(x) ** 2)
print(energy(z), f"{z[0]:.1f} {z[1]}", complex(z[2]), complex([1.0, 2.0], -1))
print(arange(2000) * 1j)
if (z * conj(z)).imag.any() { print("never") }
for x in z { print(x) }
