x = ones(3)
while x > 0 { x = x - 1 }
