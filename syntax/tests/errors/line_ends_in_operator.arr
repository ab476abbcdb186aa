x = a +
y = 2
z = b *

w = 3
