print(zeros(dtype=int32, 3))
