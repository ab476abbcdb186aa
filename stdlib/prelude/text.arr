# --- Text ---

## A whole number in binary digits. With a `width` it has zeros before it, and a negative one is its
## two's complement; without, it has a minus.
##
## Errors: a width of fewer digits than there are.
##
## >>> binary_repr(5, width=8)
## 00000101
## >>> binary_repr(-3, width=4)
## 1101
fn binary_repr(n, width=none) {
    n = _whole(n)
    if width == none { return f"{n:b}" }
    # The digits of the complement, of 0 none, are those of the number turned round.
    digits = if n > 0 { f"{n:b}" } else if n < -1 { f"{~n:b}" } else { "" }
    needed = maximum(len(digits) + int(n < 0), 1)
    assert width >= needed, f"the number has {needed} binary digits, more than the width"
    digits = "0" * (width - len(digits)) + digits
    if n < 0 { digits.replace("0", "-").replace("1", "0").replace("-", "1") } else { digits }
}

## A whole number in digits of a base from 2 to 36, with so many zeros more before it.
##
## >>> base_repr(255, 16)
## FF
## >>> base_repr(-5, 3, padding=2)
## -0012
fn base_repr(number, base=2, padding=0) {
    number = _whole(number)
    assert base >= 2 and base <= 36, "a base lies between 2 and 36"
    # Negative numbers, of which there is one more.
    rest = if number > 0 { -number } else { number }
    digits = ""
    while rest != 0 {
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(base - rest % base) % base] + digits
        rest = rest // base + int(rest % base != 0)
    }
    digits = "0" * padding + digits
    if len(digits) == 0 { "0" } else if number < 0 { "-" + digits } else { digits }
}

fn _whole(n) {
    assert isdtype(asarray(n).dtype, "integral"), "only a whole number has digits like these"
    int(n)
}
