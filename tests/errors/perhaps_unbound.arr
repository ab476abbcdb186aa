n = int(random(()).round()) * 0
for i in range(n) { last = i }
print("before")
print(last)
