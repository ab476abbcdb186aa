# test: beside
import "modules/contract.arr" as c
print(c.half(ones(3)))
