a = zeros((2, 3))
b = ones((2, 4))
print(concat([a, b]))
print(stack([a, b]))
