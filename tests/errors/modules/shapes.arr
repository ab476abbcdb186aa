fn padded(x) = concat((x, zeros(2))) + ones(4)
