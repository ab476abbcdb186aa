fn rows(x: real[n, m]) = n
print(rows(zeros(4)))
