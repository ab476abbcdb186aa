# Sorting, histograms, products, transforms, gathering.
x = persist(random((200, 200), seed=0))
print(sort(x, axis=1)[:, 100].max(), histogram(x, 10)[0].max(), (x @ x).max())
print(abs(fft.fft(x, axis=1)).max(), x[integers(1000, 0, 200, seed=1)].max())
