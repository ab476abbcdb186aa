x = zeros((3, 4))
print(x.sum(axes=0))
print(x.mean(keepdim=true))
print(linspace(0, 1, count=5))
