import stat
print(stat.cov(zeros((3, 4))))
