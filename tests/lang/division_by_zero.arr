# Division by zero and the other rules of integers that NumPy shares; the warnings go elsewhere.
a = [7, -7, 0]
z = zeros(3, dtype=int64)
print(a // z, a % z)
print(a / 0, a.astype(float32) / 0, [0.0, -1.0] / 0.0)
print([5.0, -5.0] // 0.0, [5.0, -5.0] % 0.0)
print(asarray([-128], dtype=int8) // asarray([-1], dtype=int8))
print(asarray([5, 200], dtype=uint8) // asarray([0, 3], dtype=uint8))
