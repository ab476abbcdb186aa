print(partition([1, 2], 5))
