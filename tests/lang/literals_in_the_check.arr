# Elements of literals are known while a program is checked; what follows must not be refused.
x = [10, 20, 30, 40, 50]
assert x[argmax(x)] == 50
assert x[int(x.sum() / 50)] == 40 and x[argsort(-x)[0]] == 50
c = [1, 2, 0]
c[2] = 4
assert x[c[2]] == 50
i = 0
while x[i] < 30 { i += 1 }
assert x[i] == 30
u = 0
i = 0
while i < 3 {
    u = x[i]
    i += 1
}
assert u == 30

p = [7, 1]
k = argmin(p)
print(x[[p[k], 0]])
y = [-1, 2, 3]
print(bincount([y[argmax(y)]]))

for r in [2, 3] { }
assert r == 3
for v in [4, 7] { if v < 5 { print(x[[v, 0]]) } }
print([x[[v]] for v in [9, 2] if v < 3])
last = 0
for v in x[::-1] { last = v }
assert last == 10
fn first_big(x, least) {
    for v in x { if v > least { return v } }
    -1
}
assert first_big([1, 5, 7], 3) == 5 and first_big([1, 2], 3) == -1
fn neighbour(x, i) = if i + 1 < x.size { x[[i, i + 1]] } else { x[[i]] }
print(neighbour(x, 4), neighbour(x, 1))
if all([9, 0] < x.size) { print(x[[9, 0]]) } else { print("outside") }

a = [1, 2]
s = 7
while a[0] < 4 {
    a[0] += 1
    s = a[0] % 2
}
m = [9, 0]
m[0] = s
print([10, 20, 30][m])

z = zeros(3)
k = int(sum(ones(2)))
z[k] = 5
assert z[2] == 5 and z[0] == 0
fn changed(v, at) {
    v[at] = 9
    v
}
assert all(changed([1, 2], 0) == [9, 2]) and all(changed([1, 2], 1) == [1, 9])
fn depth(v) = if v[0] > 2 { 0 } else { 1 + depth(v + 1) }
assert depth([0, 0]) == 3
t = ([1, 2], [3])
for w in t { print(w.sum(), w[w.size - 1]) }

# A tuple among other indices is an array of positions.
n = arange(24).reshape(2, 3, 4)
print(n[(0, 1), 2].shape, n[:, (0, 1)].shape, n[(0, 1)].shape, n[(0, 1), (2, 0), (3, 1)])
n[(0, 1), (1, 2)] = -1
print(n[0, 1, 0], n[1, 2, 3], n[0, 0, 0])

print(pad([1, 2], [1, 2]), pad(ones((1, 1)), [[1, 0], [0, 1]]), pad([5], asarray(7) // 4))
print(nanmedian([1.5, inf]), nanmedian([[inf, 1.5, nan], [-inf, 2.0, 4.0]], axis=1))

# Under conditions that are not decided.
q = [5, 0]
print([x[q[i]] for i in range(2) if q[i] < 5], [x[[q[i]]] for i in range(2) if q[i] < 5])
fn within(x, p) = [x[p[i]] for i in range(len(p)) if p[i] < len(x)]
print(within([1, 2, 3], q))
fn checked(v) {
    assert v > 0
    v
}
print([checked(q[i]) for i in range(2) if q[i] > 0])
if q[0] < 5 and x[q[0]] > 1 { print("never") }
if q[0] >= 5 or x[q[0]] > 1 { print("outside") }
print(if q[0] < 5 { x[q[0]] } else { -1 })
i = 0
while i < 2 and q[i] > 0 and x[q[i] - 1] > 0 { i += 1 }
print(i)
