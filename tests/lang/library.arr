# test: no-numpy
# Modules of the standard library at work.
import finance
import image
import climate
import stats
print(finance.black_scholes([90.0, 100.0, 110.0], 100.0, 1.0, 0.05, 0.2))
print(finance.net_present_value(0.1, [-100.0, 60.0, 60.0]))
g = zeros((9, 9))
g[4, 4] = 1.0
b = image.gaussian_blur(g, 1.0)
print(b[4].round(4), abs(b.sum() - 1) < 1e-12, abs(b - b.T).max() < 1e-15)
print(image.sobel(arange(25).reshape(5, 5) * 1.0)[2])
d = (arange(3 * 70) * 13 % 17).reshape(210) * 1.0
print(climate.climatology(d, 7), climate.anomaly(d, 7).shape)
print(stats.linear_fit(arange(5) * 1.0, 2.0 * arange(5) + 1), stats.moving_average(arange(8) * 1.0, 3))
print(stats.skewness([1.0, 2.0, 6.0]), stats.kurtosis([1.0, 2.0, 6.0, 7.0]), stats.normal_cdf(1.96))
