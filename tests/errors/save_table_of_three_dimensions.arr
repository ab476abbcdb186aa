x = ones((2, 3, 4))
save("x.csv", x)
