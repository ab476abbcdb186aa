print("before")
print([ones(2) + ones(3) for i in range(4)])
