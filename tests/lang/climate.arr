# test: large
# Anomalies of a daily series against its seasonal cycle.
param years = 6
days = arange(years * 365)
t = (285 + 10 * sin(2 * pi * days / 365) + 0.001 * days)[:, newaxis] + (days[:, newaxis] * 7 + arange(24)) % 11 / 10
by_year = t.reshape(years, 365, *t.shape[1:])
clim = by_year.mean(axis=0)
anom = by_year - clim
print(anom.shape, f"{anom.max():.6f} {abs(anom.mean()) < 1e-10}")
trend = anom.mean(axis=(1, 2))
print(trend, clim[::120, 0], sep="\n")
x = arange(years) - (years - 1) / 2
print(f"{(trend * x).sum() / (x * x).sum():.9f}")
hot = (t > t.mean(axis=0) + 1.5 * t.std(axis=0)).sum(axis=0)
print(hot[:6], hot.dtype)
monthly = t[:2160].reshape(72, 30, 24).mean(axis=1)
print(monthly.shape, monthly[::24, ::8], sep="\n")
