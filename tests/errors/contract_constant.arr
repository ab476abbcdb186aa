fn norm3(v: float64[3]) = sqrt((v * v).sum())
print(norm3(zeros(4)))
