print("C:\data")
