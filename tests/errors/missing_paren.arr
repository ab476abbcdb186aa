x = arange(10)
print(sum(x * (x + 1))
y = 3
