for (i = 0; i < 3; i += 1) { }
x = [1; 2; 3]
@jit
fn f(x) = x
x.3
s = "a" +
