# Conway's game of life on a torus.
fn step(g) {
    n = zeros_like(g)
    for dy in (-1, 0, 1) {
        for dx in (-1, 0, 1) {
            if dy != 0 or dx != 0 { n += roll(roll(g, dy, axis=0), dx, axis=1) }
        }
    }
    where((n == 3) | ((g == 1) & (n == 2)), 1, 0)
}
g = zeros((8, 8), dtype=int64)
g[0, 1] = 1; g[1, 2] = 1; g[2, :3] = 1
for i in range(12) { g = step(g) }
print(g, g.sum())
big = ((arange(7000) * 7919) % 13 < 4).reshape(100, 70).astype(int64)
for i in range(3) { big = step(big) }
print(big.sum(), big.sum(axis=0)[:10])
