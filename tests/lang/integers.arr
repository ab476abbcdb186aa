# Integer dtypes: ranges, wrapping, shifts, division.
for d in (int8, int16, int32, int64, uint8, uint16, uint32, uint64) {
    x = asarray([1, 100, 127], dtype=d)
    print(d, x + x, x * x, x - 1, -x, x // 7, x % 7, x.sum(), x.dtype)
}
a = asarray([-128, -1, 0, 1, 127], dtype=int8)
print(a - 1, a + 1, a * 2, abs(a), -a, ~a, a // 3, a % 3, a >> 1, a << 1, sep="\n")
print(a.astype(uint8), a.astype(int64) * 1000, a.astype(float32) / 3)
b = asarray([0, 1, 200, 255], dtype=uint8)
print(b + 100, b * 3, b - 1, ~b, b // 16, b % 16, b >> 3, b << 1, b ** 2, sep="\n")
print(b > 100, b & 15, b | 128, b ^ 255, b.min(), b.max(), b.sum(), b.prod(), b.sum().dtype)
c = asarray([9223372036854775807, -9223372036854775807, 2], dtype=int64)
print(c + 1, c * 2, c // 10, c % 10, c.sum())
d = asarray([1, 2, 3], dtype=uint64)
print(d - 2, d * 5, ~d, d.dtype, (d + 1).dtype)
print(a.sum(), a.sum().dtype, a.prod(), a.max(), a.mean(), a.max().dtype)
