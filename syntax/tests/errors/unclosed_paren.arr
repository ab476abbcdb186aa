x = f(a, (b + 1)
y = 2
z = g(1, 2
print(z)
