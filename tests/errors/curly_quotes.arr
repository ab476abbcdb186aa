print(“x”)
