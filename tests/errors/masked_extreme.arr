temperatures = [21.5, 19.0, 23.5]
valid = [true, false, true]
print(max(temperatures, where=valid))
