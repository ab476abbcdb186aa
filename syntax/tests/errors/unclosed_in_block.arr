fn f(x) {
    y = g(x, [1, 2]
    z = 3
    z
}
print(f(1) +)
