# test: large
# Matrix products and their relatives.
a = arange(6).reshape(2, 3)
b = arange(12).reshape(3, 4)
print(a @ b, a @ [1, 2, 3], [1, 2] @ a, [1, 2] @ [3, 4], matmul(a, b)[1], sep="\n")
print(dot(a, b), inner([1, 2], [3, 4]), outer([1, 2], [3, 4, 5]), vecdot([1.0, 2.0], [3.0, 4.0]), vdot(a, a), sep="\n")
c = arange(24).reshape(2, 3, 4) / 4
d = arange(16).reshape(4, 4) - 8
print(c @ d, (c @ c.mT)[1], c @ [1.0, 2.0, 3.0, 4.0], sep="\n")
print(tensordot(c, d, axes=1).shape, tensordot(c, c, axes=((0, 2), (0, 2))), tensordot(a, b, axes=((1,), (0,))), tensordot(a, a), sep="\n")
print(kron([[1, 2]], [[1], [10]]), cross([1, 2, 3], [4, 5, 6]), trace(d), sep="\n")
x = asarray([[1, 2], [3, 4]], dtype=float32)
print(x @ x, (x @ x).dtype, (x @ ones((2, 2))).dtype, asarray([[100, 100]], dtype=int8) @ asarray([[1], [1]], dtype=int8))
m = (arange(30_000) % 11).reshape(300, 100)
n = (arange(13_000) % 7).reshape(100, 130)
p = m @ n
q = (m / 2) @ (n / 4)
print(p.shape, p[0, :4], p[299, -3:], p.sum(), q[150, 60:63], (q * 8 == p).all(), (m.T @ m)[99, -2:], (n.T @ m.T).T[7, :3] - p[7, :3], sep="\n")
r = (arange(210_000) % 13).reshape(3000, 70)
print((r.T @ r)[:2, :3], (r @ r[0])[::900], (r[0] @ r.T)[-2:], (r[:, ::-1] @ ones(70))[:3], sep="\n")
print((eye(50) @ eye(50) == eye(50)).all(), zeros((2, 0)) @ zeros((0, 3)), (ones((3, 0)) @ ones(0)))

# Factors whose terms lie backwards in memory are added in the same order.
waves = sin(reshape(arange(4200.0), (60, 70)))
back = waves[:, ::-1]
print(f"{(back @ back.T)[3, 5]:.17g} {(back @ waves[:50].T)[3, 5]:.17g} {(waves @ back.T)[59, 0]:.17g}")
