if x > 3
    y = 1
while x print(x)
for i in range(3)
for i range(3) { }
if c { a } else b
fn f(x)
fn g(x) x + 1
