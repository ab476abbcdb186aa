x = 1
if c {
  y = """a
b"""
}
z = 2 # c
