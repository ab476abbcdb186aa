# Arrays without elements.
x = zeros((0, 3))
print(x.sum(), x.sum(axis=0), x.sum(axis=1), x.prod(), x.any(), x.all(), x.shape)
print((x + 1).shape, (x * [1, 2, 3]).shape, x.T.shape, exp(x).shape, (x > 0).dtype)
print(concat([x, ones((1, 3))]), x.reshape(3, 0).shape, x[::-1].shape, x[:, 1].shape, x[:, 1:1].shape)
print(arange(0), arange(0).sum(), ones(0).prod(), zeros((2, 0)).sum(axis=1), zeros((2, 0, 3)).sum(axis=1))
print(zeros((2, 0)) @ zeros((0, 2)), zeros((0, 2)) @ ones((2, 3)), cumsum(zeros(0)), zeros((0, 2)).cumsum(axis=0).shape)
v = arange(5)
v[3:3] = 7
v[5:] += 1
print(v, v[2:2], v[2:2].sum(), len(v[4:1]))
for row in x { print("never") }
print(stack([zeros(0), zeros(0)]).shape, repeat(zeros(0), 3).shape, where(x > 0, x, 1.0).shape, diff([1]).shape)
m = zeros((0, 4)).max(axis=1)
print(m.shape, m.dtype, zeros((0, 4)).mean(axis=1).shape, zeros((0,)).astype(int8).sum())
