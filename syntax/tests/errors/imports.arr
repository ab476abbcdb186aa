import
import "tools.arr"
import a.b
from m import *
from m
import numpy as
from . import x
import a, b
