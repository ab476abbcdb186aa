x = 1 +* 2
y = 2
z = (3
w = "four
fn f(x) {
    a = ]
    b = 2 3
    c
}
if x = 2 { d }
ok = 5
