x = ones(3)
if x.sum() > 2 { y = zeros(3) } else { y = zeros(3) + 1 }
print("before")
print(y + ones(4))
