for v in [1.0, 2.0] {
    print(v - previous)
    previous = v
}
