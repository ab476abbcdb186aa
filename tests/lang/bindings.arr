# Names, tuples, and what op= does.
x = 3
y = x
x += 4
print(x, y)
a, b = 1, 2
a, b = b, a
print(a, b)
t = (1, 2.5, "three")
print(len(t), t[0], t[-1])
p, q, r = t
print(p, q, r)
u = (*t[:2], 10, *(20, 30))
print(len(u), u[2:], 10 in u, 11 in u)
(m, n), k = (1, 2), 3
print(m + n + k)
v = [1.0, 2.0, 3.0]
w = v
v *= 2; v -= [0, 1, 2]
print(v, w)
v /= 4
v **= 2
print(v)
i = 17
i //= 5
i <<= 3
i |= 1
i ^= 6
i &= 0xff
i >>= 1
i %= 9
print(i)
z = none
print(z, z == none, x == none)
big = 1_000_000
print(big, 0xff, 0b101, 0o17, 1e-3, 2.5e10)
c, d = [[1, 2], [3, 4]]
print(c, d)
for i, (j, k) in enumerate(((1, 2), (3, 4))) { print(i, j, k) }
