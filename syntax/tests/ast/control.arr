if c { a }
if c { a } else { b }
if c { a } else if d { b } else { e }
if c {
    a
}
else if d {
    b
}

# a comment between

else {
    e
}
x = if c { 1 } else { 2 }
y = 1 + if c { 1 } else { 2 } * 3
for i in range(n) { print(i) }
for a, b in zip(xs, ys) {
    continue
}
for (a, b), c in t { }
for x in a, b { break }
while c { if d { break } ; x += 1 }
while true {
}
f(if c { 1 } else { 2 })
if a in b { }
for i in if c { a } else { b } { i }
