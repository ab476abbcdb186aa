# Sums over sliding windows: a convolution of an image with a small kernel, a correlation.
param n = 2048
image = persist(random((n, n), seed=0))
kernel = persist(random((5, 5), seed=1))
fn conv2d(image, kernel) {
    w = sliding_window_view(image, kernel.shape)
    (w * kernel[::-1, ::-1]).sum(axis=(2, 3))
}
timeit(fn() = conv2d(image, kernel))
signal = persist(random(n * 1000, seed=2))
part = persist(random(32, seed=3))
timeit(fn() = correlate(signal, part, "valid"))
