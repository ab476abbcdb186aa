x = linspace(0, 1, 5)
y = (x > 0.2) and (x < 0.8)
