x = zeros(5)
print(x[1.5])
