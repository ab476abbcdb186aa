print(zeros(-1))
