x = zeros(3)
print(x[:, np.newaxis])
