x = "hello
y = print("hi)
z = 'it's'
s = "C:\data\q"
t = "\xZZ \u12"
ok = 1
