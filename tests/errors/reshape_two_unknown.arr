print(arange(6).reshape(-1, -1))
