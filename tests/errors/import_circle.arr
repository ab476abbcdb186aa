# test: beside
import "modules/first.arr" as first
print(first.double(3))
