fn f(a, b) = a + b
print(f(1, a=2))
