x = ones(3)
print(x > 0 or x < 1)
