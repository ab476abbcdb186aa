temperature = [3.0, 4.0]
print(temprature.mean())
print(arrange(10))
print(temperature.man())
