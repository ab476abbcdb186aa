x = zeros((3, 4))
print(x.sum(axis=2))
print(x.mean(axis="rows"))
print(sum(x, axis=-3))
