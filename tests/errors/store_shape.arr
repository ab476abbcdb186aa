x = zeros((2, 3))
x[0] = ones(2)
