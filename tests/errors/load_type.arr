x = load("tests/errors/memory_huge.arr")
