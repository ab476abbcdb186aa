print(zeros(2.5))
