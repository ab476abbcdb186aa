fn inner(x) = x @ zeros(4)
fn middle(x) = inner(x) + 1
fn outer(x) = middle(x * 2)
print(outer(zeros(3)))
