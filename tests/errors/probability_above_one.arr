x = random.binomial(3, 5, 1.5)
print(x)
