# Functions: defaults, keywords, closures, recursion, functions as values.
fn area(w, h=2, scale=1.0) = w * h * scale
print(area(3), area(3, 4), area(3, scale=0.5), area(h=5, w=1))

fn collatz(n) {
    steps = 0
    while n != 1 {
        if n % 2 == 0 { n = n // 2 } else { n = 3 * n + 1 }
        steps += 1
    }
    steps
}
print(collatz(27))

fn factorial(n) {
    if n <= 1 { return 1 }
    n * factorial(n - 1)
}
print(factorial(20))

fn fib(n) = fib_from(n, 0, 1)
fn fib_from(n, a, b) {
    if n == 0 { a } else { fib_from(n - 1, b, a + b) }
}
print(fib(80))

fn compose(f, g) = fn(x) = f(g(x))
fn adder(n) = fn(x) = x + n
inc = adder(1)
print(compose(inc, adder(10))(5))

fn minmax(x) { return x.min(), x.max() }
lo, hi = minmax([3, 1, 2])
print(lo, hi)

fn integrate(f, a, b, n=1000) {
    h = (b - a) / n
    x = a + h * (arange(n) + 0.5)
    sum(f(x)) * h
}
print(f"{integrate(sin, 0.0, pi):.6f} {integrate(fn(x) = x * x, 0.0, 3.0, n=10):.4f}")

rate = 2
fn scaled(x) = x * rate
rate = 5
print(scaled(4))

fn sign_name(x) {
    if x > 0 { return "positive" }
    else if x < 0 { return "negative" }
    "zero"
}
print(sign_name(3), sign_name(-3), sign_name(0))

fn keep(x) {
    x[0] = 99
    x
}
v = [1, 2, 3]
print(keep(v), v)
print([1.0, 4.0].sqrt(), v.area(h=3))
