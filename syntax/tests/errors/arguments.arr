f(a=1, b)
f(a=1, a=2)
f(**k)
f(*)
f(a, =1)
f(1=2)
f(a.b=2)
*a
x = *a
