fn first(x) { for i in range(len(x)) { if x[i] != x[i+1] { return i } } }
print(first([1,1,2]))
x = [3,2,0]
for i in range(3) { if x[i] == 0 { break }; print(x[i+1]) }
for i in range(3) { if x[i] == 0 { continue }; print(x[i+1]) }
for i in range(3) { if x[i] != 0 { print(x[i+1]) } }
x = [0,0,1,0]; i = 0
for k in range(10) { if x[i] == 1 { break }; i += 1 }
print(i)
x = [1,2,3]
for k in range(5) { if x[0] > 2 { break }; x = x[1:] }
print(x)
x = [1,1,0]
i = 0
while x[i] != 0 { i += 1 }
print(i)
fn g(x, i) { x[i+1] }
x = [3,2,0]
for i in range(3) { if x[i] == 0 { break }; print(g(x, i)) }
