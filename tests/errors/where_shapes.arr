x = zeros(3)
print(where(x > 0, x, zeros(4)))
