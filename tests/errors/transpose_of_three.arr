x = zeros((2, 3, 4))
print(x.T.shape)
