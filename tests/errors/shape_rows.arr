prices = ones((250, 4))
first = prices[:, 0]
centred = prices - prices.mean(axis=1)
