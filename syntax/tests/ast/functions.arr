fn f() = 1
fn f(a) = a
fn f(a, b=1, *rest) = a
fn f(a, b=1,) { a + b }
fn f(x: float64[n, m], w: float64[m]) -> float64[n] = x @ w
fn f(x: numeric[...], y: real[n+1, 3, m-2], z: int) -> (float64[n], int64) { x, y }
fn f(x: float64[], s: str = "a") -> none { }
fn f(*xs: float64) = xs
g = fn(x) = x + 1
g = fn(x) { x + 1 }
h = fn(x: float64[n]) -> float64[n] = x
compose = fn(f, g) = fn(x) = f(g(x))
apply(fn(x) = x * 2, xs)
apply(fn(x) {
    y = x * 2
    y
}, xs, key=fn() = 1)
fn(x) { x }(3)

## Adds one.
##
## More text.
##   >>> f(1)
fn f(x) = x + 1

## This is a comment about the file.

fn undocumented() = 1
## The size.
param n = 30
## lost
x = 1
fn outer() {
    ## Inner text.
    fn inner() = 1
    return inner()
}
return
return a
return a, b
## Before a comment.
# not part of it
fn documented() = 1
