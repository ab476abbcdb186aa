print(zeros((1, 3)).squeeze(axis=1))
