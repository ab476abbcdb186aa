fn normalise(x, w) {
    total = x.sum(axis=1)
    (x / total) * w
}
fn prepare(x) = normalise(x, ones(3))
print(prepare(ones((4, 3))))
