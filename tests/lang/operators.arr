# Operators over arrays, with broadcasting.
a = arange(6).reshape(2, 3)
b = [10, 20, 30]
print(a + b, a - b, sep="\n")
print(a * b, b / (a + 1), sep="\n")
print(b // (a + 1), b % (a + 4), -b // 7, -b % 7, sep="\n")
print(a ** 2, 2 ** a, 2.0 ** -a, sep="\n")
print(-a, +a, ~a, sep="\n")
print(a < b - 18, a == a.T[:, :1].T, a != 3, a >= 4, sep="\n")
print(a & 1, a | 8, a ^ 3, a << 2, b >> 1, sep="\n")
m = a > 2
print(m & (a < 5), m | (a == 0), m ^ true, ~m, sep="\n")
c = b[:, newaxis]
print(c + b, c * a[0], (c - b) @ b, sep="\n")
print(a @ a.T, a @ b, b @ b, sep="\n")
f = a / 4
print(f // 0.5, f % 0.3, (f - 1) ** 3, sep="\n")
print(a + 0.5, a * true, 1 - m, sep="\n")
print(maximum(a, 3), minimum(b, [5, 25, 100]), hypot(3.0, f), sep="\n")
