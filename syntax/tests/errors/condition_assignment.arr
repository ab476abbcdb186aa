if x = 3 { y }
while x = 3 { y }
assert x = 3
if a { b } else if x = 4 { c }
