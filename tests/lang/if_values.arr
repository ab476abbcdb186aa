# test: no-numpy
# `if` and blocks as values.
n = 7
kind = if n % 2 == 0 { "even" } else { "odd" }
print(kind)
size = if n > 100 { 3 } else if n > 5 { 2 } else { 1 }
print(size + if n == 7 { 10 } else { 0 })
fn relu(x) = where(x > 0, x, 0)
x = if kind == "odd" { arange(-2, 3) } else { zeros(5) }
print(relu(x))
fn pick(x, first=true) {
    if first { x[0] } else { x[-1] }
}
print(pick([1, 2, 3]), pick([1, 2, 3], first=false))
squares = [i * i for i in range(8) if i % 2 == 1]
print(squares, squares.dtype, squares.shape)
table = [[i * j for j in range(1, 5)] for i in range(1, 4)]
print(table)
print([row.sum() for row in table if row[0] > 1])
print("a" in ("a", "b"), 3 in (1, 2), 3 not in (1, 2))
