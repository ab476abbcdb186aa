print(linspace(0))
