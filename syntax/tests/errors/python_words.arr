f = lambda x: x + 1
g = lambda: 0
def f(x):
    return x
def g(x) { x }
class A { }
class B:
    x = 1
try:
    y = 1
except Error:
    y = 2
with open("f") as g:
    z = 1
if a is b { c }
if a is not b { c }
let q = 1
function h(x) { x }
global n
