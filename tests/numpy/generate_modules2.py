"""Writes vectors/modules2.txt: special functions, tests of hypotheses, filters, images, prices, least values, with SciPy."""

from vectors import *
import warnings
import scipy.ndimage as ndimage
import scipy.optimize as optimize
import scipy.signal as signal
import scipy.special as special
import scipy.stats as stats

rng = np.random.default_rng(8)
x = np.round(rng.normal(size=(9, 4)), 3)
y = np.round(rng.normal(size=(9, 4)) * 2 + 0.5 * x, 3)
ties = np.array([1, 4, 2, 2, 7, 4, 4, 0, 9, 3, 3, 5])
other = np.array([2, 3, 2, 5, 7, 1, 4, 0, 3, 3, 8, 8])
im = np.round(rng.random((9, 8)), 3)
wave = np.round(np.cumsum(rng.normal(size=150)), 3)
prices = np.round(100 + np.cumsum(rng.normal(size=60)), 2)
a = np.array([0.05, 0.5, 1.0, 2.0, 3.5, 10.0, 40.0, 150.0])
u = np.array([0.0, 1e-8, 0.01, 0.2, 0.5, 0.77, 0.99, 1.0])
z = np.array([0.0, 1e-6, 0.1, 0.7, 1.5, 4.0, 30.0, 200.0])
t = np.array([-40.0, -3.5, -1.0, -1e-3, 0.0, 0.3, 2.0, 12.0])
for name in ["x", "y", "ties", "other", "im", "wave", "prices", "a", "u", "z", "t"]:
    give(name, globals()[name])


def near(expression, value, tolerance="near 1e-12"):
    case(expression, value, tolerance)


# ---- special ----
col = a[:, None]
near("special.betainc(a[:, newaxis], 2.5, u)", special.betainc(col, 2.5, u))
near("special.betainc(0.5, a[:, newaxis], u)", special.betainc(0.5, col, u))
near("log(special.betainc(a[:, newaxis], 30.0, u[2:-1]))", np.log(special.betainc(col, 30.0, u[2:-1])))
case("special.betainc(2.0, 3.0, [-0.5, 1.5, nan])", [np.nan] * 3)
case("special.betainc([0.0, -1.0], 3.0, 0.5)", [np.nan] * 2)
near("special.gammainc(a[:, newaxis], z)", special.gammainc(col, z))
near("special.gammaincc(a[:, newaxis], z)", special.gammaincc(col, z))
near("log(special.gammaincc(a[:, newaxis], z[1:]))", np.log(special.gammaincc(col, z[1:])))
near("special.gammainc(2.0, inf)", 1.0)
near("special.digamma(z[1:])", special.digamma(z[1:]), "near 1e-13")
near("special.digamma([0.5, 1.0, 1.4616321449683623, 2.0, 7.0])", special.digamma([0.5, 1.0, 1.4616321449683623, 2.0, 7.0]), "near 1e-14")
p = np.array([-1.0, -0.999, -0.6, -0.2, -1e-9, 0.0, 1e-300, 1e-5, 0.3, 0.499, 0.5, 0.7, 0.99999, 1.0, 1.5])
give("p", p)
near("special.erfinv(p)", special.erfinv(p), "near 1e-13")
near("special.erfinv([1e-9, 1e-5, 0.3]) / [1e-9, 1e-5, 0.3]", special.erfinv([1e-9, 1e-5, 0.3]) / [1e-9, 1e-5, 0.3], "near 1e-14")
near("special.erfcinv([1e-300, 1e-10, 0.3, 1.0, 1.7, 2.0])", special.erfcinv([1e-300, 1e-10, 0.3, 1.0, 1.7, 2.0]), "near 1e-13")
near("special.factorial(iota(30))", special.factorial(np.arange(30)), "near 1e-15")
near("special.factorial([-3, 170, 171])", [0.0, special.factorial(170), np.inf])
near("special.comb(iota(60)[:, newaxis], iota(62))", special.comb(np.arange(60)[:, None], np.arange(62)), "near 1e-14")
near("special.comb([500, 1000, 5], [250, 3, -1])", special.comb([500, 1000, 5], [250, 3, -1]))
near("special.perm(iota(12)[:, newaxis], iota(12))", special.perm(np.arange(12)[:, None], np.arange(12)), "exact")
near("special.betaln(a, 2.0)", special.betaln(a, 2.0))
near("special.beta(a, 2.0)", special.beta(a, 2.0))
near("special.logit([0.1, 0.5, 0.9])", special.logit([0.1, 0.5, 0.9]), "near 1e-15")
near("special.expit(t)", special.expit(t), "near 1e-15")
case("special.xlogy([0.0, 0.0, 2.0, 0.0], [0.0, inf, 3.0, nan])", special.xlogy([0.0, 0, 2, 0], [0.0, np.inf, 3, np.nan]), "near 1e-15")
case("special.xlog1py([0.0, 2.0], [-1.0, 0.5])", special.xlog1py([0.0, 2.0], [-1.0, 0.5]), "near 1e-15")
near("special.entr([0.0, 0.3, 1.0, -1.0, nan])", special.entr([0.0, 0.3, 1, -1, np.nan]), "near 1e-15")
for axis in [0, 1]:
    near(f"special.log_softmax(x, axis={axis})", special.log_softmax(x, axis=axis), "near 1e-14")
near("special.erf(0.5)", special.erf(0.5), "ulp 2")

# ---- stats ----
for axis in [0, 1]:
    fit = stats.pearsonr(x, y, axis=axis)
    for field in ["statistic", "pvalue"]:
        near(f"stats.pearsonr(x, y, axis={axis}).{field}", getattr(fit, field))
        near(f"stats.ttest_ind(x, y, axis={axis}).{field}", getattr(stats.ttest_ind(x, y, axis=axis), field))
        near(f"stats.ttest_ind(x, y, axis={axis}, equal_var=false).{field}",
             getattr(stats.ttest_ind(x, y, axis=axis, equal_var=False), field))
        near(f"stats.ttest_rel(x, y, axis={axis}).{field}", getattr(stats.ttest_rel(x, y, axis=axis), field))
        near(f"stats.ttest_1samp(x, 0.25, axis={axis}).{field}", getattr(stats.ttest_1samp(x, 0.25, axis=axis), field))
for v, w in [("x[:, 0]", "y[:, 0]"), ("ties", "other"), ("ties", "ties[::-1]")]:
    p, q = eval(v), eval(w)
    for field in ["statistic", "pvalue"]:
        near(f"stats.spearmanr({v}, {w}).{field}", getattr(stats.spearmanr(p, q), field))
        near(f"stats.kendalltau({v}, {w}).{field}", getattr(stats.kendalltau(p, q, method="asymptotic"), field))
near("stats.linregress(x[:, 0], y[:, 0]).pvalue", stats.linregress(x[:, 0], y[:, 0]).pvalue)
for method in ["average", "min", "max", "dense"]:
    ranks = stats.rankdata(ties, method=method)
    case(f'stats.rankdata(ties, method="{method}")', ranks)
    case(f'stats.rankdata(x, method="{method}", axis=0)', stats.rankdata(x, method=method, axis=0))
case("stats.rankdata(x)", stats.rankdata(x))
for f, args in [("chisquare", "ties + 1"), ("chisquare", "ties + 1, other + mean(ties - other) + 1, ddof=1"), ("f_oneway", "x[:, 0], x[:, 1], y[:5, 2]")]:
    names = dict(ties=ties, other=other, mean=np.mean, x=x, y=y)
    result = eval(f"stats.{f}({args.replace('ddof', 'ddof')})", names | dict(stats=stats)) if f == "chisquare" else stats.f_oneway(x[:, 0], x[:, 1], y[:5, 2])
    for field in ["statistic", "pvalue"]:
        near(f"stats.{f}({args}).{field}", getattr(result, field))
for df in [1, 2.5, 30]:
    near(f"stats.t_cdf(t, {df})", stats.t.cdf(t, df))
    near(f"stats.chi2_cdf(t, {df})", stats.chi2.cdf(t, df))
    near(f"stats.gamma_cdf(t, {df}, scale=2.0)", stats.gamma.cdf(t, df, scale=2.0))
    near(f"stats.f_cdf(t, {df}, 7.0)", stats.f.cdf(t, df, 7.0))
near("stats.beta_cdf(t, 2.0, 0.7)", stats.beta.cdf(t, 2.0, 0.7))
near("stats.poisson_cdf([-1, 0, 3, 9, 40], 3.5)", stats.poisson.cdf([-1, 0, 3, 9, 40], 3.5))
near("stats.binomial_cdf([-1, 0, 3, 9, 20, 30], 20, 0.3)", stats.binom.cdf([-1, 0, 3, 9, 20, 30], 20, 0.3))
for text in ["stats.spearmanr(x, y)", "stats.kendalltau([1], [2])", "stats.rankdata(ties, method=\"x\")", "stats.f_oneway(ties)"]:
    refused(text)

# ---- signal ----
FILTERS = [([1.0], [1.0, -0.9]), ([0.2, 0.3], [2.0, -1.0, 0.5]), ([1.0, 0.5, 0.25], [1.0]), ([0.1], [1.0, 0.0, 0.0, -0.5])]
for b, c in FILTERS:
    near(f"signal.lfilter({b}, {c}, wave)", signal.lfilter(b, c, wave))
    for axis in [0, 1]:
        near(f"signal.lfilter({b}, {c}, x, axis={axis})", signal.lfilter(b, c, x, axis=axis))
for kind in ["low", "high"]:
    for order in [1, 2, 5]:
        b, c = signal.butter(order, 0.3, kind)
        near(f'signal.butter({order}, 0.3, "{kind}")[0]', b)
        near(f'signal.butter({order}, 0.3, "{kind}")[1]', c)
PASSES = [("low", 0.4, {}), ("lowpass", 0.05, {}), ("highpass", 0.62, {}), ("high", 5.0, dict(fs=32.0)), ("bandpass", (0.2, 0.5), {}),
          ("band", (0.6, 0.65), {}), ("bandstop", (0.1, 0.8), {}), ("stop", (3.0, 4.5), dict(fs=12.0))]
for kind, wn, options in PASSES:
    for order in [1, 2, 4, 7]:
        rest = "".join(f", {k}={v}" for k, v in options.items())
        value = np.concatenate(signal.butter(order, wn, kind, **options))
        case(f'concat(signal.butter({order}, {wn}, "{kind}"{rest}))', value, "near 1e-10")
for b, c in FILTERS:
    near(f"signal.filtfilt({b}, {c}, wave)", signal.filtfilt(b, c, wave))
    near(f"signal.filtfilt({b}, {c}, reshape(wave, (3, 25, 2)), axis=1)",
         signal.filtfilt(b, c, wave.reshape(3, 25, 2), axis=1))
for options in ['padtype="even"', 'padtype="constant"', "padtype=none", "padlen=0", "padlen=40", 'padtype="even", padlen=1']:
    kwargs = eval(f"dict({options})", dict(none=None))
    near(f"b, c = signal.butter(3, 0.2); signal.filtfilt(b, c, wave, {options})", signal.filtfilt(*signal.butter(3, 0.2), wave, **kwargs))
for text, filter in [('4, 0.1', signal.butter(4, 0.1)), ('3, (0.1, 0.3), "bandpass"', signal.butter(3, (0.1, 0.3), "bandpass"))]:
    case(f"b, c = signal.butter({text}); signal.filtfilt(b, c, wave)", signal.filtfilt(*filter, wave), "near 1e-9")
near("signal.filtfilt([0.25, 0.5, 0.25], 1.0, ties)", signal.filtfilt([0.25, 0.5, 0.25], 1.0, ties))
near("signal.filtfilt([1.0, 0.5, 0.25, 0.125], [1.0, -0.5], wave[:3], padlen=1)", signal.filtfilt([1.0, 0.5, 0.25, 0.125], [1.0, -0.5], wave[:3], padlen=1))
b, c = signal.butter(3, 0.2)
near("b, c = signal.butter(3, 0.2); signal.lfilter(b, c, wave)", signal.lfilter(b, c, wave))
for length, order, deriv in [(5, 2, 0), (7, 3, 1), (11, 4, 2), (3, 0, 0), (5, 2, 3)]:
    value = signal.savgol_filter(wave, length, order, deriv=deriv, delta=0.5)
    case(f"signal.savgol_filter(wave, {length}, {order}, deriv={deriv}, delta=0.5)", value, "near 1e-10")
case("signal.savgol_filter(x, 3, 1, axis=1)", signal.savgol_filter(x, 3, 1, axis=1), "near 1e-12")
case("signal.savgol_filter(x, 5, 2, axis=0)", signal.savgol_filter(x, 5, 2, axis=0), "near 1e-12")
for size in [1, 3, 7]:
    case(f"signal.medfilt(wave, {size})", signal.medfilt(wave, size))
    case(f"signal.medfilt(im, {size})", signal.medfilt(im, size))
case("signal.medfilt(im, (3, 1))", signal.medfilt(im, (3, 1)))
case("signal.medfilt(ties)", signal.medfilt(ties))
for v in ["wave", "ties", "other"]:
    s = eval(v)
    for options in ["", ", height=2", ", distance=3", ", height=0, distance=7", ", height=(-1, 3)", ", distance=2.5", ", prominence=1",
                    ", prominence=(0.5, 3)", ", prominence=2, wlen=6", ", height=1, distance=2, prominence=0.5, wlen=9"]:
        kwargs = eval(f"dict({options[2:]})")
        case(f"signal.find_peaks({v}{options})", signal.find_peaks(s, **kwargs)[0])
    peaks = signal.find_peaks(s)[0]
    for at in [peaks, np.arange(len(s))]:
        for wlen in ["", ", wlen=4", ", wlen=7.2", ", wlen=1000"]:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                values = signal.peak_prominences(s, at, **eval(f"dict({wlen[2:]})"))
            where = f"signal.find_peaks({v})" if at is peaks else f"arange({len(s)})"
            case(f"stack(signal.peak_prominences({v}, {where}{wlen}))", np.stack(values))
case("signal.peak_prominences(ties, [4, 8])[1]", signal.peak_prominences(ties, [4, 8])[1].astype(np.int64))
case("signal.find_peaks([1, 1, 1])", np.zeros(0, np.int64))
for num in [4, 5, 7, 8, 9, 12, 16]:
    near(f"signal.resample(x, {num}, axis=0)", signal.resample(x, num, axis=0))
    near(f"signal.resample(im[0], {num})", signal.resample(im[0], num))
for text in ["signal.lfilter([1.0], [0.0, 1.0], wave)", "signal.savgol_filter(wave, 4, 2)", "signal.savgol_filter(wave[:3], 5, 2)",
             "signal.medfilt(wave, 2)", "signal.butter(2, 1.5)", "signal.find_peaks(im)",
             "signal.butter(2, 0.5, \"bandpass\")", "signal.butter(2, (0.2, 0.5))", "signal.butter(2, (0.5, 0.2), \"bandstop\")",
             "signal.butter(2, 0.5, \"best\")", "signal.filtfilt([1.0], [1.0, -0.5], wave[:6])", "signal.filtfilt([1.0], [1.0], wave, padtype=\"zero\")",
             "signal.peak_prominences(wave, [150])", "signal.peak_prominences(wave, [3], wlen=1)"]:
    refused(text)

# ---- image ----


def otsu(v, bins=256):
    counts, edges = np.histogram(v, bins)
    mid = (edges[1:] + edges[:-1]) / 2
    best = [0.0, None]
    for k in range(1, bins):
        low, high = counts[:k], counts[k:]
        if low.sum() and high.sum():
            gap = (low * mid[:k]).sum() / low.sum() - (high * mid[k:]).sum() / high.sum()
            if low.sum() * high.sum() * gap**2 > best[0] * (1 + 1e-12):
                best = [low.sum() * high.sum() * gap**2, mid[k - 1]]
    return best[1]


near("image.otsu(im)", otsu(im))
near("image.otsu(im ** 3, bins=16)", otsu(im**3, 16))
counts, edges = np.histogram(im, 64)
near("image.equalize(im, bins=64)", np.interp(im, (edges[1:] + edges[:-1]) / 2, np.cumsum(counts) / im.size))
for rows, columns in [(18, 16), (5, 3), (9, 20), (1, 1)]:
    r = np.clip((np.arange(rows) + 0.5) * 9 / rows - 0.5, 0, 8)
    c = np.clip((np.arange(columns) + 0.5) * 8 / columns - 0.5, 0, 7)
    near(f"image.resize(im, {rows}, {columns})", ndimage.map_coordinates(im, np.meshgrid(r, c, indexing="ij"), order=1))
matrix, offset = np.array([[0.9, 0.3], [-0.2, 1.1]]), (0.5, -0.25)
near(f"image.affine(im, {matrix.tolist()}, offset={offset}, fill=0.5)",
     ndimage.affine_transform(im, matrix, offset, order=1, cval=0.5))
for angle in [30.0, 77.0, -15.0]:
    near(f"image.rotate(im, {angle})", ndimage.rotate(im, angle, order=1, reshape=False))
near("image.rotate(im[:8], 90.0)", np.rot90(im[:8]))
near("image.rotate90(im, 3)", np.rot90(im, 3))
near("image.sample(im, [0.5, 8.0, 8.5], [1.25, 7.0, 0.0], fill=-1.0)",
     ndimage.map_coordinates(im, [[0.5, 8.0, 8.5], [1.25, 7.0, 0.0]], order=1, cval=-1.0))

# ---- finance ----


def ema(v, n):
    out = [v[0]]
    for price in v[1:]:
        out.append(out[-1] + 2 / (n + 1) * (price - out[-1]))
    return np.array(out)


def rsi(v, n):
    d = np.diff(v)
    up, down = np.maximum(d, 0), np.maximum(-d, 0)
    means = [(up[:n].mean(), down[:n].mean())]
    for i in range(n, len(d)):
        means.append(((means[-1][0] * (n - 1) + up[i]) / n, (means[-1][1] * (n - 1) + down[i]) / n))
    return np.array([100 - 100 / (1 + g / l) for g, l in means])


near("finance.ema(prices, 9)", ema(prices, 9))
near("finance.ema(x, 3, axis=1)", np.array([ema(row, 3) for row in x]))
near("finance.rsi(prices)", rsi(prices, 14))
near("finance.rsi(prices, 5)", rsi(prices, 5))
m = ema(prices, 12) - ema(prices, 26)
near("finance.macd(prices).macd", m)
near("finance.macd(prices).signal", ema(m, 9))
near("finance.macd(prices).histogram", m - ema(m, 9))
w = np.lib.stride_tricks.sliding_window_view(prices, 20)
near("finance.bollinger(prices).middle", w.mean(axis=1))
near("finance.bollinger(prices).upper", w.mean(axis=1) + 2 * w.std(axis=1))
near("finance.bollinger(prices, k=1.5).lower", w.mean(axis=1) - 1.5 * w.std(axis=1))
refused("finance.rsi(prices[:3])")

# ---- optimize ----
rosen = "fn(p) = 100 * (p[1] - p[0] ** 2) ** 2 + (1 - p[0]) ** 2"
near(f"optimize.nelder_mead({rosen}, [-1.2, 1.0]).x", [1.0, 1.0], "near 1e-6")
near(f"optimize.nelder_mead({rosen}, [0.0, 0.0]).value + 1", 1.0, "near 1e-12")
near("optimize.nelder_mead(fn(p) = sum((p - [1.0, 2.0, 3.0]) ** 4 + p ** 2), [0.0, 0.0, 5.0]).x",
     optimize.minimize(lambda p: np.sum((p - [1, 2, 3]) ** 4 + p**2), [0, 0, 5.0], tol=1e-12).x, "near 1e-5")
residual = "fn(p) = [10 * (p[1] - p[0] ** 2), 1 - p[0]]"
near(f"optimize.least_squares({residual}, [-1.2, 1.0]).x", [1.0, 1.0], "near 1e-9")
near(f"optimize.least_squares({residual}, [-1.2, 1.0], jac=fn(p) = [[-20 * p[0], 10.0], [-1.0, 0.0]]).x", [1.0, 1.0], "near 1e-9")
ts = np.linspace(0, 4, 12)
ys = np.round(2.5 * np.exp(-1.3 * ts) + 0.5 + 0.02 * np.sin(37 * ts), 4)
give("ts", ts)
give("ys", ys)
best, covariance = optimize.curve_fit(lambda s, p, q, r: p * np.exp(-q * s) + r, ts, ys, [1.0, 1.0, 1.0], xtol=1e-14, ftol=1e-14)
fit = "optimize.curve_fit(fn(s, p, q, r) = p * exp(-q * s) + r, ts, ys, [1.0, 1.0, 1.0])"
near(f"{fit}[0]", best, "near 1e-7")
near(f"{fit}[1]", covariance, "near 1e-5")
near("optimize.minimize_scalar(fn(v) = (v - 2) * v * (v + 2) ** 2, 0.0, 3.0).x",
     optimize.minimize_scalar(lambda v: (v - 2) * v * (v + 2) ** 2, bounds=(0, 3), method="bounded", options=dict(xatol=1e-10)).x, "near 1e-7")
near("optimize.minimize_scalar(fn(v) = cos(v), 0.0, 6.0).x", np.pi, "near 1e-7")
near("optimize.jacobian(fn(p) = [p[0] * p[1], sin(p[2])], [1.0, 2.0, 0.5])", [[2.0, 1.0, 0.0], [0.0, 0.0, np.cos(0.5)]], "near 1e-8")
near(f"optimize.adam(fn(p) = sum((p - [1.0, -2.0]) ** 2), [0.0, 0.0], rate=0.05, steps=800).x", [1.0, -2.0], "near 1e-3")

# ---- random ----
P = np.array([0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99])
for i, (mu, kappa) in enumerate([(0.0, 0.0), (0.0, 1.3), (0.5, 20.0), (0.0, 0.05)]):
    give(f"vm{i}", stats.vonmises(kappa, loc=mu).ppf(P) if kappa else (2 * P - 1) * np.pi)
    case(f"s = random.vonmises(2000, {mu}, {kappa}, seed=1); mean(s[:, newaxis] <= vm{i}, axis=0)", P, "near 0.045")
case("abs(mean(cos(random.vonmises(2000, 3.0, 4.0, seed=2) - 3.0)) - 0.8635) < 0.02", True)
for i, (good, bad, drawn) in enumerate([(5, 7, 4), (30, 12, 20), (300, 500, 250), (1000, 3, 50), (6, 6, 12)]):
    law = stats.hypergeom(good + bad, good, drawn)
    values = np.unique(law.ppf(P))
    give(f"hg{i}", values)
    case(f"s = random.hypergeometric(2000, {good}, {bad}, {drawn}, seed=1); mean(s[:, newaxis] <= hg{i}, axis=0)", law.cdf(values), "near 0.045")
case("random.hypergeometric((2, 3), [[3], [0]], 5, [3, 0, 5]).shape == (2, 3)", True)
case("isnan(random.vonmises((2, 2), 0.0, [nan, -1.0]))", np.ones((2, 2), bool))
case("random.vonmises(3, 0.5, inf)", [0.5, 0.5, 0.5], "near 1e-15")
case("abs(std(random.vonmises(2000, 0.0, 1e8, seed=1)) * 1e4 - 1.0) < 0.05", True)
refused("random.hypergeometric(3, 2, 2, 5)")
refused("random.hypergeometric(3, inf, 2, 5)")
refused("random.hypergeometric(3, 2.5, 4, 2)")
refused("random.hypergeometric(3, -2, 2, 0)")

write("modules2")
