pixels = zeros((4, 4), dtype=uint8)
print(pixels + 300)
print(pixels - 1)
print(pixels + -1)
