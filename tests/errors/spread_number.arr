fn f(*xs) = xs
print(f(*3))
