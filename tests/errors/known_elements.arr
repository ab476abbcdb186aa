x = zeros(3)
a = x[[0, 5]]
b = take(x, [1, -4])
x[[3]] = 1.0
q = quantile(x, [0.5, 1.5])
u = unravel_index([1, 10], (2, 3))
d = digitize(x, [1.0, 3.0, 2.0])
p = delete(x, [7])
limits = [1.0, 5.0]
assert all(limits < 4.0), "too large"
if sum([1, 2]) > 5 { y = x + 1 } else { y = x + zeros(4) }
