in = 3
from = 2
for = 1
fn if(x) = x
r.from
f(in=3)
fn f(for) = 1
for in in xs { }
