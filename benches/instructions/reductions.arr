# Reductions in both directions, masked, running, over windows; positions of extremes.
x = persist(random((1200, 1200), seed=0))
print(x.sum(axis=0).max(), x.sum(axis=1).max(), x.T.std(axis=1).max())
print(x[x > 0.5].mean(), cumsum(x, axis=1)[:, -1].max(), argmax(x, axis=1).max())
print(sliding_window_view(x[0], 5).mean(axis=1).max())
