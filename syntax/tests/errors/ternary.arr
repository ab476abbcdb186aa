x = a if c else b
y = [a if c else b for a in xs]
print(x) if c
