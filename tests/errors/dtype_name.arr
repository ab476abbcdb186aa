x = zeros(3, dtype=float)
y = zeros(3, dtype="float32")
z = zeros(3, dtype=float46)
print(x.astype("int"))
