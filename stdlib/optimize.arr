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

## Where a function of a vector is least, by moving a simplex of n + 1 points (Nelder and Mead, 1965);
## needs no slope: record(x, value, steps).
##
## >>> optimize.nelder_mead(fn(x) = sum((x - 3) ** 2), [0.0, 1.0]).x.round(3)
## [3. 3.]
fn nelder_mead(f, x, tol=1e-8, steps=2000) {
    x = asarray(x) + 0.0
    assert x.ndim == 1 and x.shape[0] > 0, "nelder_mead takes a vector"
    n = x.shape[0]
    points = persist(concat((x[newaxis], x + eye(n) * where(x == 0, 0.00025, 0.05 * x))))
    values = persist([float(f(points[i])) for i in range(n + 1)])
    taken = 0
    while taken < steps {
        order = argsort(values)
        points = persist(points[order])
        values = persist(values[order])
        spread = max(abs(points[1:] - points[0]))
        if spread <= tol and abs(values[-1] - values[0]) <= tol { break }
        center = persist(mean(points[:-1], axis=0))
        point, value = _simplex_step(f, center, points[-1], values)
        if value < values[-1] {
            points[n] = point
            values[n] = value
        } else {
            points = persist(points[0] + (points - points[0]) / 2)
            values = persist([if i == 0 { float(values[0]) } else { float(f(points[i])) } for i in range(n + 1)])
        }
        taken += 1
    }
    best = argmin(values)
    record(x=persist(points[best]), value=float(values[best]), steps=taken)
}

## The better point on the line from the worst one through the center, if there is one.
fn _simplex_step(f, center, worst, values) {
    turned = persist(2 * center - worst)
    at_turned = float(f(turned))
    if at_turned < values[0] {
        further = persist(3 * center - 2 * worst)
        at_further = float(f(further))
        return if at_further < at_turned { (further, at_further) } else { (turned, at_turned) }
    }
    if at_turned < values[-2] { return (turned, at_turned) }
    outside = at_turned < values[-1]
    nearer = persist(if outside { 1.5 * center - 0.5 * worst } else { 0.5 * center + 0.5 * worst })
    at_nearer = float(f(nearer))
    if at_nearer < minimum(at_turned, float(values[-1])) { (nearer, at_nearer) }
    else { (turned, inf) }
}

## The derivatives of a function that gives a vector, one column for each variable, by central
## differences.
##
## >>> optimize.jacobian(fn(x) = x * x, [1.0, 2.0]).round(6)
## [[2. 0.]
##  [0. 4.]]
fn jacobian(f, x, h=6.055454452393343e-6) {
    x = asarray(x) + 0.0
    n = x.shape[0]
    columns = ()
    for k in range(n) {
        step = h * (1 + abs(x[k]))
        move = where(iota(n) == k, step, 0.0)
        columns = (*columns, (f(x + move) - f(x - move)) / (2 * step))
    }
    stack(columns, axis=-1)
}

## Where the sum of squares of a function that gives a vector is least, by Gauss's and Newton's method
## damped as by Levenberg and Marquardt, with the matrix of derivatives `jac` (by differences if
## none): record(x, cost, residuals, jac, steps), the cost being half the sum of squares.
##
## >>> optimize.least_squares(fn(p) = p[0] * [1.0, 2.0] + p[1] - [5.0, 7.0], [0.0, 0.0]).x.round(6)
## [2. 3.]
fn least_squares(f, x, jac=none, tol=1e-12, steps=200) {
    x = persist(asarray(x) + 0.0)
    r = persist(f(x))
    assert x.ndim == 1 and r.ndim == 1, "least_squares takes a vector, as does the sum of squares"
    cost = 0.5 * float(sum(r * r))
    damping = 1e-3
    taken = 0
    slopes = persist(if jac == none { jacobian(f, x) } else { jac(x) })
    while taken < steps {
        g = slopes.T @ r
        h = slopes.T @ slopes
        scale = maximum(diagonal(h), 1e-300)
        better = false
        small = false
        while not better and not small and damping < 1e16 {
            move = persist(linalg.solve(h + damping * diag(scale), -g))
            next = persist(x + move)
            at_next = persist(f(next))
            its_cost = 0.5 * float(sum(at_next * at_next))
            small = bool(all(abs(move) <= tol * (tol + abs(x))))
            better = its_cost < cost
            if better {
                small = small or cost - its_cost <= tol * tol * cost
                x = next
                r = at_next
                cost = its_cost
                damping = maximum(damping / 10, 1e-15)
            } else { damping = 4 * damping }
        }
        taken += 1
        if better { slopes = persist(if jac == none { jacobian(f, x) } else { jac(x) }) }
        if small or not better { break }
    }
    record(x=x, cost=cost, residuals=r, jac=slopes, steps=taken)
}

## The parameters with which a function `f(x, *parameters)` comes nearest to values `y`, by least squares
## from `p0` on, and their covariance matrix, as a tuple.
##
## >>> optimize.curve_fit(fn(x, a, b) = a * x + b, [0.0, 1.0, 2.0], [1.0, 3.0, 5.0], [1.0, 1.0])[0].round(6)
## [2. 1.]
fn curve_fit(f, x, y, p0) {
    y = asarray(y)
    fit = least_squares(fn(p) = f(x, *p) - y, p0)
    n = y.size
    k = fit.x.size
    assert n >= k, "there are fewer points than parameters"
    inverse = linalg.pinv(fit.jac.T @ fit.jac)
    (fit.x, inverse * (if n > k { 2 * fit.cost / (n - k) } else { inf }))
}

## Where a function with a single valley between `a` and `b` is least, by parabolas through three points,
## and golden sections where these do not help (Brent, 1973): record(x, value, steps).
##
## >>> round(optimize.minimize_scalar(fn(x) = (x - 1) ** 2, -3.0, 4.0).x, 6)
## 1.0
fn minimize_scalar(f, a, b, tol=1e-9, steps=500) {
    share = 0.3819660112501051
    a = float(a)
    b = float(b)
    x = a + share * (b - a)
    fx = float(f(x))
    w = x; fw = fx; v = x; fv = fx
    d = 0.0
    last = 0.0
    taken = 0
    while taken < steps {
        middle = (a + b) / 2
        limit = 1.4901161193847656e-08 * abs(x) + tol / 3
        if abs(x - middle) <= 2 * limit - (b - a) / 2 { break }
        p = 0.0
        q = 0.0
        if abs(last) > limit {
            r = (x - w) * (fx - fv)
            q = (x - v) * (fx - fw)
            p = (x - v) * q - (x - w) * r
            q = 2 * (q - r)
            if q > 0 { p = -p } else { q = -q }
        }
        if q != 0 and abs(p) < abs(q * last / 2) and p > q * (a - x) and p < q * (b - x) {
            last = d
            d = p / q
            if x + d - a < 2 * limit or b - x - d < 2 * limit { d = if x < middle { limit } else { -limit } }
        } else {
            last = if x < middle { b - x } else { a - x }
            d = share * last
        }
        u = if abs(d) >= limit { x + d } else if d > 0 { x + limit } else { x - limit }
        fu = float(f(u))
        if fu <= fx {
            if u < x { b = x } else { a = x }
            v = w; fv = fw; w = x; fw = fx; x = u; fx = fu
        } else {
            if u < x { a = u } else { b = u }
            if fu <= fw or w == x { v = w; fv = fw; w = u; fw = fu }
            else if fu <= fv or v == x or v == w { v = u; fv = fu }
        }
        taken += 1
    }
    record(x=x, value=fx, steps=taken)
}

## Where a function of a vector is least, by steps along the mean of its slopes `grad` (by differences if
## none) in units of their mean size (Adam: Kingma and Ba, 2015), for `steps` steps:
## record(x, value, steps).
##
## >>> optimize.adam(fn(x) = sum((x - 3) ** 2), [0.0, 1.0], rate=0.2, steps=150).x.round(1)
## [3. 3.]
fn adam(f, x, grad=none, rate=0.01, steps=1000, beta1=0.9, beta2=0.999, eps=1e-8) {
    x = persist(asarray(x) + 0.0)
    m = zeros_like(x)
    v = zeros_like(x)
    for k in range(steps) {
        g = if grad == none { numeric_gradient(f, x) } else { grad(x) }
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        move = rate * (m / (1 - beta1 ** (k + 1))) / (sqrt(v / (1 - beta2 ** (k + 1))) + eps)
        x = persist(x - move)
        m = persist(m)
        v = persist(v)
    }
    record(x=x, value=float(f(x)), steps=steps)
}
