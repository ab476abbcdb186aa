import "first.arr" as first

fn same(x) = x
