fn center(x, m) = x - m
x = zeros((4, 3))
print("before")
print(center(x, x.mean(axis=1)))
