z = ones(3, dtype=flaot32)
fn f(a: flaot32[n]) = a
