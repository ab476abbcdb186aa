a == not b
a + fn(x) = x
