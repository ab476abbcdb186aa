x = [7, -7, 0]
n = zeros(3, dtype=int64)
print(x // n)
print(5 // 0)
print(x / n)
