x = zeros((3, 4))
print(x.sum(axs=0))
print(mean(x, axis=0, axsi=1))
fn scale(x, factor=2) = factor * x
print(scale(x, fctor=3))
print(scale(x, 3, factor=4))
print(sum(x, whatever=true))
