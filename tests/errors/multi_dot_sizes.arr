a = ones((3, 4))
b = ones((4, 2))
print(linalg.multi_dot((a, b, a)))
