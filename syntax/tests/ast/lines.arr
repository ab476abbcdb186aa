x = f(a,
      b)   # comment

  y = [
    1,
    2,   # two
  ]
z = table
    .select(a)
    # a comment in the chain
    .mean()
    .T
if c { a }

    # comment
else { b }
long = a +
    b *
    -c
flag = a and
    not b
first = 1; second = 2 ; third = 3
g(fn() {
    a
    b
}, [
    c
])
"end without newline"
