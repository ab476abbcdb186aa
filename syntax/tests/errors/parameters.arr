fn f(a=1, b) = a
fn f(a, a) = a
fn f(*a, *b) = a
fn f(*a=1) = a
fn f(1) = a
fn f(a b) = a
fn f(a: float64[n*2]) = a
fn f(a, b = a
fn f(a) -> = a
fn f a = 1
fn (x) = 1
fn f(a) = a, a
