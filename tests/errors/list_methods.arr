values = []
values.append(3)
