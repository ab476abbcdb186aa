t = zeros((1000, 360))
weights = ones(365)
x = t * weights
