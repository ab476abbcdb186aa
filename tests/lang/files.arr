# test: large
# test: no-numpy
# test: directory
# Saving and loading .npy files.
param directory = "."
x = arange(12).reshape(3, 4) / 3
save(directory + "/x.npy", x)
y = load(directory + "/x.npy")
print(y, y.dtype, y.shape, (x == y).all())
for d in (bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float32, float64) {
    path = f"{directory}/{d}.npy"
    save(path, asarray([0, 1, 100], dtype=d))
    back = load(path)
    print(back, back.dtype)
}
save(directory + "/x.npy", y + 10)
print(y[0, :2], load(directory + "/x.npy")[0, :2])
big = (arange(210_000) % 101).reshape(3000, 70)
save(directory + "/big.npy", big.T)
b = load(directory + "/big.npy")
print(b.shape, b.sum(axis=1)[:3], b[69, -3:], (b.T == big).all())
save(directory + "/empty.npy", zeros((0, 3)))
save(directory + "/scalar.npy", asarray(2.5))
print(load(directory + "/empty.npy").shape, load(directory + "/scalar.npy") * 2)
s = load(directory + "/big.npy")[::7, ::-100]
save(directory + "/part.npy", s.astype(float32))
print(load(directory + "/part.npy").shape, load(directory + "/part.npy").sum(), s[1, :3])
r = normal((300, 70), seed=1)
save(directory + "/noise.npy", r.cumsum(axis=0).astype(float32))
save(directory + "/columns.npy", (r - r.mean(axis=0)) / r.std(axis=0))
