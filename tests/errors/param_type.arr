# test: param years=soon
# test: param colour=red
param years = 30
print(years)
