x = zeros(3)
print(x(0))
