# test: param years=soon
param years = 30
print(years)
