x = load("measured.nc", name="t", along="time")
