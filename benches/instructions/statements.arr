# Many small statements: the evaluator, cached plans, tasks of one tile.
x = zeros(100)
for i in range(1000) {
    x = x * 0.5 + 1.0
    if x[0] > 3.0 { break }
}
print(x[0])
