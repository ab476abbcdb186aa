x = arange(3)
print(broadcast_to(x, (3, 4)))
