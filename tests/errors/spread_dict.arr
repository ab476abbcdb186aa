fn f(a) = a
print(f(**r))
