# Which dtype comes out.
ds = (bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float32, float64)
for a in ds {
    line = ""
    for b in ds { line += f"{(ones(1, dtype=a) + ones(1, dtype=b)).dtype} " }
    print(line)
}
for a in ds { print((ones(1, dtype=a) * 2).dtype, (ones(1, dtype=a) * 2.5).dtype, (ones(1, dtype=a) / 2).dtype, (ones(1, dtype=a) > 0).dtype) }
for a in ds { print(ones(2, dtype=a).sum().dtype, ones(2, dtype=a).prod().dtype, ones(2, dtype=a).max().dtype, ones(2, dtype=a).mean().dtype, ones(2, dtype=a).cumsum().dtype) }
x = ones(2, dtype=float32)
print((x * 2).dtype, (x + 1e-3).dtype, (x + pi).dtype, (x + ones(1)).dtype, (x * ones(1, dtype=int32)).dtype)
print(result_type(int8, uint8), result_type(float32, int64), result_type(bool, bool))
