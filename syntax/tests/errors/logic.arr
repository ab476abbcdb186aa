a = b && c
d = b || !c
if !x { y }
