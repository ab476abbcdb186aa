x = 1
a, b = 1, 2
a, b = b, a
(a, b) = t
a, (b, c) = t
(a, (b, c)), d = t
x = 1,
x = *t, 1
x[i, j] = 0
x[mask] = 0
x[1:, ...] = y
r.x = 3
r.x.y[0].z = 3
f(x)[0] = 1
x[0], y.a = 1, 2
x += 1
x -= 1
x *= 1
x /= 1
x //= 1
x %= 1
x **= 1
x @= y
x &= y
x |= y
x ^= y
x <<= 1
x >>= 1
x[0] += 1; r.n -= 1; y = 2;
import stats
import stats as s
import "tools.arr" as tools
from stats import mean
from stats import mean as m, std, var as v
from stats import (mean, std,)
from "tools.arr" import helper
assert x
assert x > 0, "message"
param p = (1, 2)
a, b
