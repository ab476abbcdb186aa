x = [1, 2, 3]
if x > 2 { print("large") }
print(bool(x))
