counts = arange(5)
counts += 0.5
counts[0] = 2.7
