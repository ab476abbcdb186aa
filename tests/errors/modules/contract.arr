fn half(x: flot64[n]) = x / 2
