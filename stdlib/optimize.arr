# Zeros and least values of functions. Each function is called with numbers (or, of several variables,
# with a vector) and computes as it goes.

## A zero of a function between `a` and `b`, where its signs differ, by halving the interval.
##
## Errors: the signs at both ends are equal.
##
## >>> round(optimize.bisect(fn(x) = x * x - 2, 0.0, 2.0), 9)
## 1.414213562
fn bisect(f, a, b, tol=1e-12, steps=200) {
    low = float(a)
    high = float(b)
    at_low = float(f(low))
    at_high = float(f(high))
    if at_low == 0 { return low }
    if at_high == 0 { return high }
    assert (at_low < 0) != (at_high < 0), "the function must have different signs at both ends"
    for k in range(steps) {
        middle = low + (high - low) / 2
        value = float(f(middle))
        if value == 0 or high - low <= 2 * tol { return middle }
        if (value < 0) == (at_low < 0) { low = middle } else { high = middle }
    }
    low + (high - low) / 2
}

## A zero of a function near `x` by Newton's method with the derivative `df`, or without one by the secant
## method.
##
## Errors: the method does not come to an end within `steps`.
##
## >>> round(optimize.newton(fn(x) = x * x - 2, 1.0, df=fn(x) = 2 * x), 9)
## 1.414213562
fn newton(f, x, df=none, tol=1e-12, steps=100) {
    x = float(x)
    if df == none { return _secant(f, x, tol, steps) }
    for k in range(steps) {
        value = float(f(x))
        if value == 0 { return x }
        change = value / float(df(x))
        x = x - change
        if abs(change) <= tol * (1 + abs(x)) { return x }
    }
    assert false, "the method did not come to an end"
}

fn _secant(f, x, tol, steps) {
    before = x
    x = if x >= 0 { x * 1.0001 + 0.0001 } else { x * 1.0001 - 0.0001 }
    at_before = float(f(before))
    at_x = float(f(x))
    for k in range(steps) {
        if at_x == 0 or at_x == at_before { return x }
        next = x - at_x * (x - before) / (at_x - at_before)
        before = x
        at_before = at_x
        x = next
        at_x = float(f(x))
        if abs(x - before) <= tol * (1 + abs(x)) { return x }
    }
    assert false, "the method did not come to an end"
}

## A zero of a function between `a` and `b`, where its signs differ, by Brent's method: interpolation,
## and halving where that does not help.
##
## Errors: the signs at both ends are equal.
##
## >>> round(optimize.brentq(fn(x) = x * x - 2, 0.0, 2.0), 9)
## 1.414213562
fn brentq(f, a, b, tol=1e-12, steps=100) {
    a = float(a)
    b = float(b)
    fa = float(f(a))
    fb = float(f(b))
    assert fa == 0 or fb == 0 or (fa < 0) != (fb < 0), "the function must have different signs at both ends"
    c = a
    fc = fa
    d = b - a
    last = d
    for k in range(steps) {
        if (fb > 0) == (fc > 0) { c = a; fc = fa; d = b - a; last = d }
        if abs(fc) < abs(fb) { a = b; b = c; c = a; fa = fb; fb = fc; fc = fa }
        limit = 4.440892098500626e-16 * abs(b) + tol / 2
        half = (c - b) / 2
        if abs(half) <= limit or fb == 0 { return b }
        step = half
        if abs(last) >= limit and abs(fa) > abs(fb) {
            step = _brent_step(a, b, c, fa, fb, fc, half, last, limit)
            if step == half { d = half }
        } else { d = half }
        last = d
        d = step
        a = b
        fa = fb
        b = if abs(d) > limit { b + d } else if half > 0 { b + limit } else { b - limit }
        fb = float(f(b))
    }
    b
}

## The step of interpolation if it is short enough, else half the interval.
fn _brent_step(a, b, c, fa, fb, fc, half, last, limit) {
    s = fb / fa
    p = 2 * half * s
    q = 1 - s
    if a != c {
        r = fb / fc
        t = fa / fc
        p = s * (2 * half * t * (t - r) - (b - a) * (r - 1))
        q = (t - 1) * (r - 1) * (s - 1)
    }
    if p > 0 { q = -q } else { p = -p }
    if 2 * p < 3 * half * q - abs(limit * q) and 2 * p < abs(last * q) { p / q } else { half }
}

## Where a function with a single valley between `a` and `b` is least, by golden sections.
##
## >>> round(optimize.golden_section(fn(x) = (x - 1) ** 2, -3.0, 4.0), 6)
## 1.0
fn golden_section(f, a, b, tol=1e-9, steps=200) {
    share = 0.6180339887498949
    a = float(a)
    b = float(b)
    x = b - share * (b - a)
    y = a + share * (b - a)
    fx = float(f(x))
    fy = float(f(y))
    for k in range(steps) {
        if b - a <= tol { return (a + b) / 2 }
        if fx < fy {
            b = y; y = x; fy = fx
            x = b - share * (b - a)
            fx = float(f(x))
        } else {
            a = x; x = y; fx = fy
            y = a + share * (b - a)
            fy = float(f(y))
        }
    }
    (a + b) / 2
}

## The derivative of a function of a number, or of arrays element by element, by central differences.
##
## >>> round(optimize.derivative(fn(x) = x ** 3, 2.0), 6)
## 12.0
fn derivative(f, x, h=6.055454452393343e-6) {
    step = h * (1 + abs(x))
    (f(x + step) - f(x - step)) / (2 * step)
}

## The slope of a function of a vector, by central differences.
##
## >>> optimize.numeric_gradient(fn(x) = sum(x * x), [1.0, 2.0]).round(6)
## [2. 4.]
fn numeric_gradient(f, x, h=6.055454452393343e-6) {
    x = asarray(x) + 0.0
    n = x.shape[0]
    slopes = ()
    for k in range(n) {
        step = h * (1 + abs(x[k]))
        move = where(iota(n) == k, step, 0.0)
        slopes = (*slopes, (f(x + move) - f(x - move)) / (2 * step))
    }
    stack(slopes)
}

## Where a function of a vector is least, going down its slope `grad` (by differences if none) with steps
## that are halved until they help: record(x, value, steps).
##
## >>> optimize.gradient_descent(fn(x) = sum((x - 3) ** 2), [0.0, 1.0]).x.round(4)
## [3. 3.]
fn gradient_descent(f, x, grad=none, rate=1.0, tol=1e-8, steps=1000) {
    x = persist(asarray(x) + 0.0)
    value = float(f(x))
    taken = 0
    for k in range(steps) {
        g = persist(if grad == none { numeric_gradient(f, x) } else { grad(x) })
        square_sum = float(sum(g * g))
        if sqrt(square_sum) <= tol { return record(x=x, value=value, steps=taken) }
        t = rate
        next = persist(x - t * g)
        at_next = float(f(next))
        while not (at_next <= value - 1e-4 * t * square_sum) and t > 1e-18 {
            t = t / 2
            next = persist(x - t * g)
            at_next = float(f(next))
        }
        if not (at_next < value) { return record(x=x, value=value, steps=taken) }
        x = next
        value = at_next
        taken = taken + 1
    }
    record(x=x, value=value, steps=taken)
}

## Where a function of a vector is least, by trying steps along each axis and halving them when none
## helps; needs no slope: record(x, value, steps).
##
## >>> optimize.pattern_search(fn(x) = sum((x - 3) ** 2), [0.0, 1.0]).x.round(4)
## [3. 3.]
fn pattern_search(f, x, step=1.0, tol=1e-8, steps=10000) {
    x = persist(asarray(x) + 0.0)
    n = x.shape[0]
    value = float(f(x))
    h = float(step)
    taken = 0
    while h > tol and taken < steps {
        better = false
        for k in range(n) {
            for way in (1.0, -1.0) {
                next = persist(x + where(iota(n) == k, way * h, 0.0))
                at_next = float(f(next))
                if at_next < value { x = next; value = at_next; better = true }
            }
        }
        if not better { h = h / 2 }
        taken = taken + 1
    }
    record(x=x, value=value, steps=taken)
}
