"""Vectors for random.txt: empirical distribution functions of arr's random numbers.

SciPy gives quantiles of each distribution; the fraction of a large sample below each must be the
quantile's probability within `near`, four to five standard deviations of the sample. Philox words
come from NumPy.
"""

import numpy as np
from scipy import stats
from vectors import case, give, write

N = 2000
P = np.array([0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99])
give("p", P)

CONTINUOUS = [
    ("normal({n}, 2.0, 3.0, seed=1)", stats.norm(2, 3)),
    ("uniform({n}, -1.0, 5.0, seed=1)", stats.uniform(-1, 6)),
    ("random.standard_normal({n}, seed=2)", stats.norm()),
    ("random.lognormal({n}, 0.5, 0.75, seed=1)", stats.lognorm(0.75, scale=np.exp(0.5))),
    ("random.exponential({n}, 2.0, seed=1)", stats.expon(scale=2)),
    ("random.gamma({n}, 2.5, 3.0, seed=1)", stats.gamma(2.5, scale=3)),
    ("random.gamma({n}, 0.3, seed=2)", stats.gamma(0.3)),
    ("random.standard_gamma({n}, 50.0, seed=3)", stats.gamma(50)),
    ("random.beta({n}, 2.0, 0.7, seed=1)", stats.beta(2, 0.7)),
    ("random.chisquare({n}, 3, seed=1)", stats.chi2(3)),
    ("random.f({n}, 4, 7, seed=1)", stats.f(4, 7)),
    ("random.standard_t({n}, 5, seed=1)", stats.t(5)),
    ("random.cauchy({n}, 1.0, 2.0, seed=1)", stats.cauchy(1, 2)),
    ("random.laplace({n}, -1.0, 2.0, seed=1)", stats.laplace(-1, 2)),
    ("random.logistic({n}, 1.0, 0.5, seed=1)", stats.logistic(1, 0.5)),
    ("random.gumbel({n}, 1.0, 2.0, seed=1)", stats.gumbel_r(1, 2)),
    ("random.weibull({n}, 1.7, seed=1)", stats.weibull_min(1.7)),
    ("random.rayleigh({n}, 2.0, seed=1)", stats.rayleigh(scale=2)),
    ("random.pareto({n}, 3.0, seed=1)", stats.lomax(3)),
    ("random.power({n}, 2.5, seed=1)", stats.powerlaw(2.5)),
    ("random.triangular({n}, -1.0, 0.5, 4.0, seed=1)", stats.triang(0.3, -1, 5)),
    ("random.wald({n}, 1.5, 2.0, seed=1)", stats.invgauss(0.75, scale=2)),
    ("random.dirichlet({n}, [1.0, 2.0, 3.5], seed=1)[:, 1]", stats.beta(2, 4.5)),
]
for text, distribution in CONTINUOUS:
    name = give(f"q{CONTINUOUS.index((text, distribution))}", distribution.ppf(P))
    sample = text.format(n=N)
    case(f"s = {sample}; mean(s[:, newaxis] <= {name}, axis=0)", P, "near 0.045")

DISCRETE = [
    ("random.poisson({n}, 3.3, seed=1)", stats.poisson(3.3)),
    ("random.poisson({n}, 40.5, seed=1)", stats.poisson(40.5)),
    ("random.binomial({n}, 12, 0.3, seed=1)", stats.binom(12, 0.3)),
    ("random.binomial({n}, 200, 0.62, seed=2)", stats.binom(200, 0.62)),
    ("random.geometric({n}, 0.2, seed=1)", stats.geom(0.2)),
    ("random.negative_binomial({n}, 4, 0.35, seed=1)", stats.nbinom(4, 0.35)),
    ("random.multinomial(({n},), 30, [0.2, 0.5, 0.3], seed=1)[:, 1]", stats.binom(30, 0.5)),
    ("random.multinomial(({n},), 30, [0.2, 0.5, 0.3], seed=1)[:, 2]", stats.binom(30, 0.3)),
    ("integers({n}, -3, 8, seed=1)", stats.randint(-3, 8)),
    ("integers({n}, -3, 7, seed=1, endpoint=true)", stats.randint(-3, 8)),
]
for i, (text, distribution) in enumerate(DISCRETE):
    values = np.unique(distribution.ppf(P))
    name = give(f"k{i}", values)
    case(f"s = {text.format(n=N)}; mean(s[:, newaxis] <= {name}, axis=0)", distribution.cdf(values), "near 0.045")

# Arrays of parameters: means of rows.
case(
    "lam = [[0.5], [5.0], [50.0], [500.0]]; mean(random.poisson((4, 1000), lam, seed=3), axis=1) / lam[:, 0]",
    np.ones(4), "near 0.15")
case(
    "a = [[0.5], [5.0], [50.0]]; mean(random.gamma((3, 1000), a, seed=3), axis=1) / a[:, 0]",
    np.ones(3), "near 0.15")
case(
    "n = [[1], [10], [100]]; mean(random.binomial((3, 1000), n, [[0.9], [0.5], [0.1]], seed=3), axis=1)",
    [0.9, 5.0, 10.0], "near 0.03")

# Independence of parts and of distributions: correlations of samples of the same seed.
for a, b in [
    ("random({n}, seed=5)", "normal({n}, seed=5)"),
    ("random({n}, seed=5)", "random.gamma({n}, 2.0, seed=5)"),
    ("normal({n}, seed=5)", "random.standard_normal({n}, seed=6)"),
    ("random.exponential({n}, seed=5)", "random.rayleigh({n}, seed=5)"),
]:
    a, b = a.format(n=N), b.format(n=N)
    case(f"x = {a}; y = {b}; c = mean((x - mean(x)) * (y - mean(y))) / (std(x) * std(y)); abs(c) < 0.08", True)

case(
    f"x = random.multivariate_normal({N}, [1.0, -1.0], [[2.0, 0.6], [0.6, 1.0]], seed=1); d = x - mean(x, axis=0); [mean(d[:, 0] ** 2), mean(d[:, 0] * d[:, 1]), mean(d[:, 1] ** 2)]",
    [2.0, 0.6, 1.0], "near 0.08")

# The words of NumPy's generator: random() is its Generator.random.
for seed in [0, 1, 42, 2**62 + 12345]:
    values = np.random.Generator(np.random.Philox(key=[seed, 0])).random(37)
    case(f"random(37, seed={seed})", values)
    case(f"random((37,), seed={seed})[::-2]", values[::-2])
case("random.poisson(4, [0.0, 0.0, 0.0, 0.0])", np.zeros(4, "int64"))
case("random.binomial(3, [0, 5, 9], [0.5, 0.0, 1.0])", [0, 0, 9])
case("random.gamma((0, 3), 2.0)", np.zeros((0, 3)))
case("random.binomial((0, 3), 4, 0.5)", np.zeros((0, 3), "int64"))
case("random.gamma(2, [1.0, 2.0, 3.0])", None, "error")
case("integers(3, 5, 5)", None, "error")
case("integers(3, 0, 257, dtype=uint8)", None, "error")
case("random.nothing(3)", None, "error")
write("random")
