# A module that imports its neighbour.
import "tools.arr" as t
fn nine(x) = t.triple(t.triple(x))
