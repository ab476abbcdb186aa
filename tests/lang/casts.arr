# astype and the conversions that are safe everywhere.
x = [0.0, 1.5, -1.5, 2.9, 100.99]
print(x.astype(int64), x.astype(int8), x.astype(bool), x.astype(float32), sep="\n")
i = [0, 1, -1, 127, 128, 255, 256, 65_537]
print(i.astype(int8), i.astype(uint8), i.astype(int16), i.astype(uint32), i.astype(float32), i.astype(bool), sep="\n")
print([true, false].astype(int64), [true, false].astype(float32), ([3, 0] != 0).astype(uint8))
print((arange(5) * 0.3).astype(float32).astype(float64), (arange(5) / 3).astype(float32), sep="\n")
print(asarray([16_777_217, 123_456_789]).astype(float32).astype(int64))
big = arange(100_000).astype(uint8)
print(big.sum(), big.dtype, big[255:258], arange(100_000).astype(int16).min(), (arange(100_003) / 2).astype(int32).sum())
print(int([7][0]) + 1, float([7][0]) / 2, bool([0][0]), int([2.9][0]))
