flag = random() > 0.5
if flag { result = 1 }
print(result)
