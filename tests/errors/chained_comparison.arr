x = linspace(0, 1, 5)
inside = 0 < x < 1
