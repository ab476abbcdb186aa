print(stats.covariance(zeros((3, 4))))
