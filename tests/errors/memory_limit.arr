# test: memory 1000000
a = random((1000, 1000))
w = linalg.eigvalsh(a + a.T)
print(w.max())
