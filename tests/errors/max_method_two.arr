print([1, 2].max([3, 4]))
