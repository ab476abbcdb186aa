x = True
y = f(a, flag=False)
z = None
