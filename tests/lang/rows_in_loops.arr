# Rows and boxes that are written in loops; nobody else may see the change.
out = zeros((60, 8, 3))
u = asarray([1.0, 2, 3])
seen = none
kept = []
for i in range(300) {
    u = u * 0.99 + [0, 0.01, i % 3]
    out[i % 60, i % 8] = u
    if i == 250 { seen = out[10] }
    if i == 260 { kept = (out, out[12, 4] + 1) }
}
print(out[0], out.sum(axis=(0, 2)), u)
print(seen[2], out[10, 2], kept[0][12, 4], kept[1], out[12, 4])
print(kept[0].sum(), out.sum())
fn filled(a, n) {
    for i in range(n) { a[i, 2:5] = [i, -i, i + 0.5] }
    a
}
base = zeros((250, 6))
more = filled(base, 250)
print(base.sum(), more.sum(), more[249], more[:3])
flat = base.reshape(-1)
for i in range(250) { base[i] += i; base[i, :2] = base[i, 2:4] * 2 }
print(base[249], flat.sum(), base.sum(axis=0))
steps = zeros((220, 4))
for i in range(219) { steps[i + 1] = steps[i] + [1, 2, 3, 4] * 0.5 }
print(steps[-1], steps[100])
k = zeros((230, 4), dtype=int32)
for i in range(230) { k[i, 1:] = asarray([i, i * i % 7, 1], dtype=int32); k[-1 - i, 0] = i }
print(k[229], k[3], k.sum(axis=0))
t = ones((5, 5))
v = t.T
for i in range(210) { t[i % 4, 1:4] = [i, 0, i]; v[0, i % 5] = i }
print(t, v)
