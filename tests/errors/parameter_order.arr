fn f(a=1, b) = a
