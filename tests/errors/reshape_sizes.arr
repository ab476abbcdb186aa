x = arange(10)
print(x.reshape(3, 4))
print(x.reshape(3, -1))
