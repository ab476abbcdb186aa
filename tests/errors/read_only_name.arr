print(sum)
sum = 3
pi = 3
print(sum([1, 2]))
