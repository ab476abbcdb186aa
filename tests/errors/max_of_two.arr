a = 3
b = 4
print(max(a, b))
