# The sieve of Eratosthenes, and a few sums.
fn sieve(n) {
    p = ones(n + 1, dtype=bool)
    p[:2] = false
    i = 2
    while i * i <= n {
        if p[i] { p[i * i::i] = false }
        i += 1
    }
    p
}
p = sieve(1000)
print(p.sum(), (p * arange(1001)).sum(), where(p, arange(1001), 0).max())
q = sieve(5000)
twins = q[2:] & q[:-2]
print(q.sum(), twins.sum(), cumsum(q)[::1000])
