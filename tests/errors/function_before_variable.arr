fn area() = pi * radius ** 2
print(area())
radius = 2
