x = zeros((3, 4))
y = x + ones(3)
z = undefined_thing + 1
w = x @ x
print(x.sum(axis=5))
