# The sum of a matrix and its transpose, less the mean of each column, in one pass over the output.
# Run it from the project's root: arr run examples/hero.arr

x = load("examples/data/elevation.npy")     # 344 x 344 heights, float32
y = x + x.T - x.mean(axis=0)

print(y.shape, y.dtype)
print(y[:3, :3])
print(f"min {y.min():.3f}, max {y.max():.3f}, mean {y.mean():.3f}")
