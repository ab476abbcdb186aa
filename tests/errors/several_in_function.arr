fn f(x) {
    y = x + ones(4)
    z = x.maen()
    y + z
}
print("before")
print(f(zeros(3)))
