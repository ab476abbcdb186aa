print(permute_dims(zeros((2, 3, 4)), (0, 1)))
