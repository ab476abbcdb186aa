x = 3.14159
print(f"{x:.2q}")
print(f"{[x, x]:.2f}")
