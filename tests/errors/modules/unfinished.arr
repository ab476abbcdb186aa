fn triple(x) {
    y = 3 * (x + 1
    y
}

fn other(x) = x
