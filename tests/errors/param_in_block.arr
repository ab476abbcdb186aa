if true { param n = 3 }
