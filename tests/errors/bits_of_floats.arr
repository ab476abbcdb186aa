x = [1.0, 2.0]
print(x & 1)
print(~x)
print(x << 2)
