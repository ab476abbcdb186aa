x = ones(3)
print(not x)
