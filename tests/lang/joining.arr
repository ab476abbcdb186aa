# test: large
# Joining and splitting.
a = [1, 2, 3]
b = [4, 5, 6]
print(concat([a, b, [7]]), concat((a, b)), concatenate([[a], [b]], axis=0), concat([[a], [b]], axis=1), sep="\n")
print(stack([a, b]), stack((a, b), axis=1), vstack([a, b]), hstack([a, b]), column_stack([a, b]), sep="\n")
print(concat([a, [0.5]]), concat([zeros((2, 1)), ones((2, 2))], axis=1), concat([asarray(a, dtype=int8), asarray(b, dtype=int16)]).dtype, sep="\n")
for row in unstack(stack([a, b])) { print(row) }
t = arange(70_000).reshape(1000, 70)
j = concat([t[::-1], t[:500] * 2], axis=0)
k = concat([t, -t[:, :30]], axis=1)
print(j.shape, j[1000, :3], j[0, -1], j.sum(), k.shape, k[999, 65:75], k.sum(axis=1)[:3], sep="\n")
s = stack([t, t + 1], axis=2)
print(s.shape, s[999, 69], s.sum(axis=(0, 1)), stack([t, t]).max(axis=(1, 2)))
print(concat([zeros(0), [1.0]]), concat([a, zeros(0, dtype=int64)]))
