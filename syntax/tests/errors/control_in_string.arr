s = "ab"
