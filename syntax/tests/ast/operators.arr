a or b and not c
not not a == b
a | b ^ c & d << e + f * g
a - b - c
a / b // c % d @ e * f
-x ** 2
2 ** -x ** y
x ** y ** z
(x ** y) ** z
-a.b[0](c) ** d
~x + +y - -z
a < b
a not in b
not a in b
a in (b, c)
(a < b) == (c < d)
a == b and c != d or e >= f
a.T @ b.mT
x = y < z
- - + ~x
