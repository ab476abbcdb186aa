n = arange(1, 4)
print(n ** -1)
