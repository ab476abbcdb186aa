else { x }
x = 1
else if c { y }
if c { a } ; else { b }
