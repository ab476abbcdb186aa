# test: param colour=red
param color = "blue"
print(color)
