# test: beside
# What is wrong in an imported script is told with its file and line.
import "modules/misspelt.arr" as tools
from "modules/unfinished.arr" import triple
from "modules/shapes.arr" import padded
print(tools.scaled(ones(3)))
print(triple(2))
print(padded(ones(3)))
