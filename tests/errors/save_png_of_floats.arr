x = random((30, 40), seed=1)
print(x.mean())
save("x.png", x)
