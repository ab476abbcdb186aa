x = load("table.csv")
