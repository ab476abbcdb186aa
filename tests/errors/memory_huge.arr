# test: memory 1000000000
a = random((100_000, 100_000))
w = linalg.eigvalsh(a + a.T)
print(w.max())
