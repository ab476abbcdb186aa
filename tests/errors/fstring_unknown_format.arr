x = 3
print(f"{x:.2q}")
