x = arange(10)
print(x[10])
m = zeros((3, 4))
print(m[0, 4], m[-4])
