x = load("tests/errors/data/table.csv")
