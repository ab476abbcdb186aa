f(x) = 3
1 = x
a + b = 3
"s" = 1
[a, b] = t
a, f(b) = t
*a, b = t
() = t
a, b += 1
a = b = 3
true = 3
for 1 in xs { }
[x for f(y) in z]
