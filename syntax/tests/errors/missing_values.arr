x =
y = a +
z = f(a, , b)
w = (a * )
v = a + * b
u = x[]
t = [1,, 2]
x.
x.3
return +
a = not
