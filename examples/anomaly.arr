# How far the sea was from its mean year: three years of surface temperatures, land is NaN.
# The last lines show the mean over the region Nino 3.4, where El Nino and La Nina are seen.

import climate

t = load("examples/data/sea_temperature.npy")           # month, latitude, longitude
mean_year = t.reshape(3, 12, *t.shape[1:]).mean(axis=0)
anomaly = climate.anomaly(t, 12)
assert allclose(anomaly, t - tile(mean_year, (3, 1, 1)), equal_nan=true), "one way or the other"

land = isnan(t[0])
print(f"{t.shape[0]} months, {100 * land.mean():.1f} % land")

## The month, and the place in degrees north and east, of the greatest value.
fn place(x) {
    k = int(where(isnan(x), -inf, x).argmax())
    month, cell = divmod(k, x.shape[1] * x.shape[2])
    row, column = divmod(cell, x.shape[2])
    f"month {month + 1}, {row * 5 / 9 - 5:.1f} N, {column * 5 / 6:.1f} E"
}

print(f"warmest anomaly {nanmax(anomaly):.2f} K,", place(anomaly))
print(f"coolest anomaly {nanmin(anomaly):.2f} K,", place(-anomaly))

nino = nanmean(anomaly[:, :, 228:289], axis=(1, 2))     # 5 S to 4.4 N, 190 to 240 E
print("Nino 3.4, by month from January 2007:")
print(nino.reshape(3, 12).round(2))
