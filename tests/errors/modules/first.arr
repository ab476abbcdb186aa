import "second.arr" as second

fn double(x) = 2 * second.same(x)
