x = zeros(5)
print(x["a"])
