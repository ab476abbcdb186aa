fn f(x) {
    if x > 0 {
        return 1
    return 2
}

print(f(1))
