fn normalized(weights) {
    assert weights.ndim == 1, "one weight for each column"
    return weights / weights.sum()
}
x = ones((4, 2))
print("nothing of this runs")
print(normalized(x))
