x = zeros((3, 3))
x.T[0, 1] = 5
