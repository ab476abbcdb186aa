fn f(x: flot64[n]) = x
