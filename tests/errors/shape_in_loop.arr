x = zeros((4, 3))
print("before")
for i in range(100) {
    x = x + ones(4)
}
