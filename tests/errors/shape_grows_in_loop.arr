x = ones(1)
for i in range(3) { x = concat([x, x]) }
print("before")
print(x + ones(7))
