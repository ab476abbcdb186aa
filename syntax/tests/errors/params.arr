param n
param n = 
param n: int = 3
fn f() {
    param k = 1
}
if c { param j = 2 }
