x = arange(4)
print(x // 0)
print(x % 0)
print(x[x > 1] // 0)
x //= 0
print(x)
print(floor_divide(x, 0), remainder(x, 0))
print(x // asarray(0))
print(x // 0.0)
for i in range(3) { x = x + 7 % i }
