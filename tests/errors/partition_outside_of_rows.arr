print(partition(zeros((2, 3)), [0, -4], axis=1))
