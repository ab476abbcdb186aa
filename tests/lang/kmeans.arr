# test: large
# Lloyd's algorithm.
points = stack([(arange(2000) * 37 % 101) / 10, (arange(2000) * 53 % 89) / 10], axis=1)
points[:700] += [10.0, 0.0]
points[700:1300] += [0.0, 12.0]
centers = points[:1500:500]
for i in range(8) {
    d = ((points[:, newaxis, :] - centers) ** 2).sum(axis=2)
    nearest = d.argmin(axis=1)
    member = (nearest[:, newaxis] == arange(3)).astype(float64)
    centers = (member.T @ points) / member.sum(axis=0)[:, newaxis]
}
print(centers.round(6), member.sum(axis=0), sep="\n")
print(f"{d.min(axis=1).sum():.6f}")
