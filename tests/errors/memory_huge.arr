# test: memory 1000000000
x = zeros((100_000, 100_000))
y = x + 1
save("big.npy", y)
