# test: no-numpy
# test: param years=3
# test: param scale=2
# test: param name=sea level
# test: param sizes=(2, 5)
# Inputs of a script, read by the type of their defaults.
param years = 30
param scale = 1.5
param name = "none"
param sizes = (1, 1)
param quiet = false
param extra = none
print(years * 12, scale, name, sizes, quiet, extra)
print(full(sizes, scale), zeros((years,)).size)
