x = zeros(3)
print(x.sum + 1)
