x = 0x1G
y = 1__000
z = 12abc
