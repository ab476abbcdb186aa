fn f(a, b) = a + b
print(f(1))
