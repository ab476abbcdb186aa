# test: no-numpy
# Functions that NumPy lacks, against known values.
x = [-2.0, -0.5, 0.0, 0.5, 2.0]
print(erf(x), erfc(x), erf(x) + erfc(x), sep="\n")
print(gamma([0.5, 1.0, 4.5, 10.0]), lgamma([0.5, 1.0, 4.5, 100.0]), sep="\n")
print(gamma(0.5) ** 2 - pi, lgamma(171.0) - log(gamma(171.0)))
print(sigmoid(x), softmax(x), logsumexp(x), sep="\n")
print(erf(asarray(x, dtype=float32)).dtype, logsumexp([1000.0, 1000.0]) - 1000 - log(2.0))
print(sin(arange(3).astype(int8)).dtype, exp(arange(3).astype(int64)).dtype, sqrt(ones(2, dtype=uint16)).dtype)
