x = [1.0, 2.0]
print(sqrt(x, 2))
print(zeros(2, 3))
fn area(w, h) = w * h
print(area(1, 2, 3), area(1))
