x = [1, 2].astype(uint8)
print(x - -1)
