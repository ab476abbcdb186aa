print(zeros((2, 2)) @ 3)
