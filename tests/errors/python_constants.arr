verbose = True
x = None
if not False { print("hello") }
