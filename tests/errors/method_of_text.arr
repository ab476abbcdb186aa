print("abc".capitalize())
