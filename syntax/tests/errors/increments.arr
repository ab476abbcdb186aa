x++
x--
++x
y = x++
