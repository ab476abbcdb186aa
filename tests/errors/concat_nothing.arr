print(concat([]))
