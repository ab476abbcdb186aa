print x
print "hello"
x = 3 y
z = f(a b)
w = [1 2 3]
s = "a" "b"
t = [1, 2
     3, 4]
help sum
return x y
