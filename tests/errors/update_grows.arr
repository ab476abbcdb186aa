x = zeros(3)
x += ones((2, 3))
