x = arange(10)
print(x.sort())
print(where(x > 3))
print(x.men(), x.copy(), x.item())
