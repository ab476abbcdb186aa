fn countdown(n) {
    print_if(n)
    countdown(n - 1)
}
fn print_if(n) { if n == 0 { print("done") } }
countdown(10)
