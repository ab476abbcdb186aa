# Fourier transforms along rows and columns.
param n = 1024
x = persist(random((n, n), seed=0))
timeit(fn() = abs(fft.rfft(x, axis=1)))
timeit(fn() = abs(fft.fft2(x)))
