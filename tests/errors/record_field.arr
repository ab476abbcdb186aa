r = record(mean=1, std=2)
print(r.maen)
