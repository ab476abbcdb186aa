# Text and the format language.
x = 3.14159265
n = 1234567
print(f"{x:.2f} {x:8.3f}| {x:<8.2f}| {x:^9.1f}| {x:+.1e} {x:g}")
print(f"{n:,} {n:_} {n:>12} {n:012d} {n:x} {n:#b} {n:o}")
print(f"{0.257:.1%} {1e-7:g} {1e20:g} {123456.0:.3g}")
print(f"{'text':>8}|{'text':*^10}|{'text'!r}|{{braces}}")
width = 10; digits = 4
print(f"{x:{width}.{digits}f}|{n + 1}|{x * 2:.1f}")
v = [1.5, 2.5]
print(f"{v} {v.sum()} {v.sum():.3f} {v[0]:5.1f} {v.shape} {v.dtype}")
print(f"{v.mean()=:.2f} {n=}")
print("tab\tnewline\\n quote\" é ∑ \u00e9")
print("a" + "b" * 3, len("héllo"), "ell" in "hello")
print('single', "two", sep=", ", end="!\n")
print(str(12) + "px", str(2.5), str([1, 2]))
print(f"{true} {inf} {-inf:.1f} {nan:8.2f}|{1 > 2}")
