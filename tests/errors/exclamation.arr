x = true
print(!x)
