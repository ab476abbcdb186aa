if x > 0:
    y = 1
elif x < 0:
    y = 2
else:
    y = 3
for i in range(10):
    print(i)
while x:
    x -= 1
fn f(x):
    return x
if x: y = 1
