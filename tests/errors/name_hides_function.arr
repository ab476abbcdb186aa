sum = [1, 2].sum()
print(sum([3, 4]))
