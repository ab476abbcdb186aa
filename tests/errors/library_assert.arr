x = zeros((4, 5))
n = 0
print("before")
b, a = signal.butter(2, 1.5)
w = signal.butter(n, 0.5)
y = signal.detrend(x, kind="cubic")
z = signal.butter(2, (0.4, 0.2), "bandpass")
# Not sure to be reached.
if x.sum() > 1 { print(signal.butter(2, 0.5, "best")) }
for k in (0.5, 2.0) { print(signal.butter(2, k)[0]) }
print(signal.butter(2, 100, fs=150))
print(signal.convolve2d(x, ones(3)))
