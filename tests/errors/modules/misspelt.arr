factor = 2.0

fn scaled(x) = x * facter

fn unused(x) {
    y = x.sum()
    y + z
}
