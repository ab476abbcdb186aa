"""Writes vectors/modules.txt: functions of the modules, with SciPy beside NumPy."""

from vectors import *
import scipy.ndimage as ndimage
import scipy.signal as signal
import scipy.special as special
import scipy.stats as stats

rng = np.random.default_rng(5)
x = np.round(rng.normal(size=(7, 4)), 3)
y = np.round(rng.normal(size=(7, 4)) + 0.5, 3)
w = np.round(rng.random(7) + 0.25, 3)
k = np.arange(8)
t = np.linspace(-4, 6, 21)
im = np.round(rng.random((9, 8)), 3)
p = np.array([0.0, 1e-300, 1e-12, 0.01, 0.07, 0.075, 0.3, 0.5, 0.7, 0.925, 0.99, 1 - 1e-12, 1.0, np.nan, 1.5, -0.1])
prices = np.array([100.0, 104.0, 99.0, 103.0, 110.0, 97.0, 98.0])
for name, value in dict(x=x, y=y, w=w, k=k, t=t, im=im, p=p, prices=prices, whole=(x * 100).astype(np.int16)).items():
    give(name, value)


def near(expression, value, tolerance="near 1e-12"):
    case(expression, value, tolerance)


# ---- stats ----
near("stats.normal_ppf(p)", stats.norm.ppf(p), "ulp 8")
near("stats.normal_ppf(p, 2.0, 3.0)", stats.norm.ppf(p, 2, 3))
for axis in [0, 1, None]:
    a = "none" if axis is None else axis
    near(f"stats.skewness(x, axis={a})", stats.skew(x, axis=axis))
    near(f"stats.kurtosis(x, axis={a})", stats.kurtosis(x, axis=axis))
    near(f"stats.moment(x, 3, axis={a})", stats.moment(x, 3, axis=axis))
    near(f"stats.sem(x, axis={a})", stats.sem(x, axis=axis))
    near(f"stats.variation(x, axis={a})", stats.variation(x, axis=axis))
    near(f"stats.gmean(abs(x), axis={a})", stats.gmean(abs(x), axis=axis))
    near(f"stats.hmean(abs(x) + 1, axis={a})", stats.hmean(abs(x) + 1, axis=axis))
for axis in [0, 1]:
    near(f"stats.zscore(x, axis={axis})", stats.zscore(x, axis=axis))
    near(f"stats.pearsonr(x, y, axis={axis}).statistic", stats.pearsonr(x, y, axis=axis).statistic)
    for fields in ["statistic", "df"]:
        near(f"stats.ttest_ind(x, y, axis={axis}, equal_var=false).{fields}",
             getattr(stats.ttest_ind(x, y, axis=axis, equal_var=False), fields))
    near(f"stats.ttest_ind(x, y, axis={axis}).statistic", stats.ttest_ind(x, y, axis=axis).statistic)
    near(f"stats.ttest_rel(x, y, axis={axis}).statistic", stats.ttest_rel(x, y, axis=axis).statistic)
    near(f"stats.ttest_1samp(x, 0.25, axis={axis}).statistic", stats.ttest_1samp(x, 0.25, axis=axis).statistic)
near("stats.entropy(w)", stats.entropy(w))
near("stats.entropy([0.5, 0.0, 0.5], base=2)", stats.entropy([0.5, 0, 0.5], base=2))
near("stats.entropy(abs(x), abs(y), axis=1)", stats.entropy(abs(x), abs(y), axis=1))
mean = np.average(x, axis=0, weights=w)
near("stats.weighted_var(x, w, axis=0)", np.average((x - mean) ** 2, axis=0, weights=w))
fit = stats.linregress(x[:, 0], y[:, 0])
for field in ["slope", "intercept", "rvalue", "stderr", "intercept_stderr"]:
    near(f"stats.linregress(x[:, 0], y[:, 0]).{field}", getattr(fit, field))
whole = stats.describe(x)
for field in ["mean", "variance", "skewness", "kurtosis"]:
    near(f"stats.describe(x).{field}", getattr(whole, field))
for name, law in [("normal", stats.norm), ("exponential", stats.expon), ("logistic", stats.logistic),
                  ("cauchy", stats.cauchy), ("lognormal", stats.lognorm(1))]:
    near(f"stats.{name}_pdf(t)", law.pdf(t))
    if name in ("normal", "exponential", "lognormal"):
        near(f"stats.{name}_cdf(t)", law.cdf(t))
near("stats.exponential_ppf(p, 2.0)", stats.expon.ppf(p, scale=0.5), "ulp 4")
near("stats.t_pdf(t, 3.0)", stats.t.pdf(t, 3))
near("stats.gamma_pdf(t, 2.5, 0.5)", stats.gamma.pdf(t, 2.5, scale=0.5))
near("stats.chi2_pdf(t, 4.0)", stats.chi2.pdf(t, 4))
near("stats.poisson_pmf(k, 2.5)", stats.poisson.pmf(k, 2.5))
near("stats.binomial_pmf(k, 7, 0.3)", stats.binom.pmf(k, 7, 0.3))

# ---- signal ----
for axis in [0, 1]:
    for kind in ["linear", "constant"]:
        near(f'signal.detrend(x, axis={axis}, kind="{kind}")', signal.detrend(x, axis=axis, type=kind))
    near(f"signal.fir([0.5, -0.25, 0.125], x, axis={axis})", signal.lfilter([0.5, -0.25, 0.125], 1, x, axis=axis))
    peaks = np.zeros((7, 4), bool)
    lines = np.moveaxis(peaks, axis, -1)
    for line, mask in zip(np.moveaxis(x, axis, -1), lines):
        mask[signal.find_peaks(line)[0]] = True
    case(f"signal.is_peak(x, axis={axis})", peaks)
for mode in ["full", "same", "valid"]:
    for kernel in ["x[:3, :3]", "x[:2, :3]", "x[:4, :1]"]:
        value = eval(kernel, dict(x=x))
        near(f'signal.convolve2d(im, {kernel}, mode="{mode}")', signal.convolve2d(im, value, mode))
        near(f'signal.correlate2d(im, {kernel}, mode="{mode}")', signal.correlate2d(im, value, mode))
    for a, b in [("x[:, 0]", "x[:4, 1]"), ("x[:3, 0]", "x[:, 1]"), ("w", "w"), ("w", "w[:1]")]:
        value = signal.fftconvolve(*(eval(v, dict(x=x, w=w)) for v in [a, b]), mode)
        near(f'signal.fftconvolve({a}, {b}, mode="{mode}")', value)
near("signal.gaussian(9, 2.0)", signal.windows.gaussian(9, 2.0))
near("signal.hann(8, periodic=true)", signal.windows.hann(8, sym=False))
near("signal.square_wave(t, 0.3)", signal.square(t, 0.3))
near("signal.sawtooth(t)", signal.sawtooth(t))
near("signal.chirp(abs(t), 1.0, 3.0, 2.0)", signal.chirp(abs(t), 1.0, 3.0, 2.0))
near("signal.moving_average(x, 3, axis=0)", np.lib.stride_tricks.sliding_window_view(x, 3, axis=0).mean(axis=-1))

# ---- image ----
near("image.laplace(im)", ndimage.laplace(im, mode="reflect"))
near("image.gaussian_blur(im, 1.0)", ndimage.gaussian_filter(im, 1.0))
near("image.sobel(im)", np.hypot(ndimage.sobel(im, 0), ndimage.sobel(im, 1)))
for size in [3, 5]:
    case(f"image.dilate(im, {size})", ndimage.grey_dilation(im, size=(size, size)))
    case(f"image.erode(im, {size})", ndimage.grey_erosion(im, size=(size, size)))
    case(f"image.opening(im, {size})", ndimage.grey_opening(im, size=(size, size)))
    case(f"image.closing(im, {size})", ndimage.grey_closing(im, size=(size, size)))
case("image.enlarge(im, 3)", im.repeat(3, 0).repeat(3, 1))
near("image.psnr(im, im * 0.9)", 10 * np.log10(1 / np.mean((im * 0.1) ** 2)))

# ---- finance ----
log = np.diff(np.log(prices))
near("finance.log_returns(prices)", log)
near("finance.volatility(prices)", np.std(log, ddof=1) * np.sqrt(252))
near("finance.drawdown(prices)", prices / np.maximum.accumulate(prices) - 1)
near("finance.sma(prices, 3)", np.convolve(prices, np.ones(3) / 3, "valid"))


def decided_value(rate, n, pmt, pv, due):
    """The definition, period by period."""
    for _ in range(n):
        pv = (pv + (pmt if due else 0)) * (1 + rate) + (0 if due else pmt)
    return -pv


for rate in [0.0, 0.01, 0.1]:
    for due in [False, True]:
        f = f"due={str(due).lower()}"
        value = decided_value(rate, 12, -50.0, 400.0, due)
        near(f"finance.fv({rate}, 12, -50.0, 400.0, {f})", value)
        near(f"finance.pv({rate}, 12, -50.0, {value}, {f})", 400.0)
        near(f"finance.pmt({rate}, 12, 400.0, {value}, {f})", -50.0)
flows = np.array([-100.0, 30.0, 50.0, 60.0])
give("flows", flows)
roots = np.roots(flows)
rate = [1 / r.real - 1 for r in np.roots(flows[::-1]) if abs(r.imag) < 1e-12 and r.real > 0][0]
near("finance.npv(finance.irr(flows), flows) + 1", 1.0)
near("finance.irr(flows)", rate, "near 1e-9")
for field, value in dict(call_delta=0.6368306511756191, gamma=0.018762017345846895, vega=37.52403469169379,
                         call_theta=-6.414027546438197, put_theta=-1.657880423934626, call_rho=53.232481545376345,
                         put_rho=-41.89046090469506, put_delta=-0.3631693488243809).items():
    near(f"finance.greeks(100.0, 100.0, 1.0, 0.05, 0.2).{field}", value, "near 1e-9")

# ---- optimize ----
for f in ["bisect", "brentq"]:
    near(f"optimize.{f}(fn(x) = exp(x) - 3, 0, 4)", np.log(3.0), "near 1e-11")
    near(f"optimize.{f}(fn(x) = x ** 3 - x - 2, 1.0, 2.0)", 1.5213797068045676, "near 1e-11")
    refused(f"optimize.{f}(fn(x) = x * x + 1, -1.0, 1.0)")
near("optimize.newton(fn(x) = cos(x) - x, 1.0)", 0.7390851332151607, "near 1e-11")
near("optimize.newton(fn(x) = exp(x) - 3, 1.0, df=fn(x) = exp(x))", np.log(3.0), "near 1e-11")
near("optimize.golden_section(fn(x) = (x - 2) ** 2 + 1, 0.0, 5.0)", 2.0, "near 1e-7")
near("optimize.pattern_search(fn(x) = (x[0] - 1) ** 2 + 3 * (x[1] + 2) ** 2, [0.0, 0.0]).x", np.array([1.0, -2.0]), "near 1e-7")
near("optimize.gradient_descent(fn(x) = (x[0] - 1) ** 2 + 3 * (x[1] + 2) ** 2, [0.0, 0.0]).x", np.array([1.0, -2.0]), "near 1e-6")
near("optimize.derivative(fn(x) = sin(x), t)", np.cos(t), "near 1e-8")

# ---- climate and geo ----
days = rng.random((730, 2))
give("days", np.round(days, 2))
ends = np.cumsum([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
years = np.round(days, 2).reshape(2, 365, 2)
near("climate.monthly_mean(days)", np.stack([years[:, a:b].mean(1) for a, b in zip(ends, ends[1:])], 1))
near("climate.detrend(x)", signal.detrend(x, axis=0))
near("climate.rolling_mean(x, 3)", np.lib.stride_tricks.sliding_window_view(x, 3, axis=0).mean(axis=-1))
near("climate.heating_degree_days(days * 30)", np.maximum(18 - np.round(days, 2) * 30, 0).sum(0))
lat1, lon1, lat2, lon2 = 52.5, 13.4, -33.9, 151.2


def place(lat, lon):
    lat, lon = np.radians(lat), np.radians(lon)
    return np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


angle = np.arctan2(np.linalg.norm(np.cross(place(lat1, lon1), place(lat2, lon2))), place(lat1, lon1) @ place(lat2, lon2))
near("geo.haversine(52.5, 13.4, -33.9, 151.2)", angle * 6371.0088)
arrival = "geo.destination(52.5, 13.4, geo.bearing(52.5, 13.4, -33.9, 151.2), geo.haversine(52.5, 13.4, -33.9, 151.2))"
near(f"{arrival}[0]", lat2, "near 1e-11")
near(f"{arrival}[1]", lon2, "near 1e-11")
near("geo.great_circle(52.5, 13.4, -33.9, 151.2, 3)[0][1] * 1.0", np.degrees(np.arcsin(
    (place(lat1, lon1) + place(lat2, lon2))[2] / np.linalg.norm(place(lat1, lon1) + place(lat2, lon2)))))
gy, gx = np.gradient(im * 5)
near("geo.slope(im * 5)", np.degrees(np.arctan(np.hypot(gx, gy))))
sun = np.array([np.sin(np.radians(300)) * np.cos(np.radians(40)), np.cos(np.radians(300)) * np.cos(np.radians(40)), np.sin(np.radians(40))])
normal = np.stack([-gx, gy, np.ones_like(gx)]) / np.sqrt(1 + gx ** 2 + gy ** 2)
near("geo.hillshade(im * 5, 300.0, 40.0)", np.clip(np.einsum("i,ijk->jk", sun, normal), 0, 1))

write("modules")
