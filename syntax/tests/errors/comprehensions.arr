sum(x for x in xs)
[a * b for a in xs for b in ys]
[for x in xs]
[x for x]
[x for x in xs if]
