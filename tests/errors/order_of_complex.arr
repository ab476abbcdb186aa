print("nothing of this runs")
z = [1j, 2] * ones(2)
print(argmax(z))
