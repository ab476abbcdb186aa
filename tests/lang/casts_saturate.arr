# test: no-numpy
# Floats out of range saturate, NaN gives 0.
x = [nan, inf, -inf, 1e30, -1e30, 300.7, -300.7]
for d in (int8, int16, int32, int64, uint8, uint16, uint32, uint64, bool) { print(d, x.astype(d)) }
f = x.astype(float32)
for d in (int8, int32, int64, uint8, uint64) { print(d, f.astype(d)) }
print([9223372036854775807, -1].astype(uint64), x.astype(float32).astype(float64))
s = asarray([1, 64, 100, -1], dtype=int64)
print(1 << s, -5 >> s, asarray([1, 2], dtype=uint8) << 8)
