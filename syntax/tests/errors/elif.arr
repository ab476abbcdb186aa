if a { b } elif c { d } else { e }
if a {
    b
}
elif c {
    d
}
ok = 1
