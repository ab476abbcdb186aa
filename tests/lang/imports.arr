# test: no-numpy
# Modules of the standard library, and files.
import stats
import linalg as la
from stats import rmse, mae as mean_absolute_error
import "modules/tools.arr" as tools
from "modules/more.arr" import nine
x = [1.0, 2.0, 4.0]
print(stats.zscore(x))
print(stats.corrcoef([x, [2.0, 4.0, 9.0]]))
print(la.matrix_power([[1, 1], [1, 0]], 10))
print(rmse(x, [1.0, 2.0, 3.0]), mean_absolute_error(x, [0.0, 0.0, 0.0]))
print(tools.triple(x), tools.factor, tools.bump(2), tools.bump(2, by=5))
print(nine(arange(4)))
