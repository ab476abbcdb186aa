x = zeros(3, dtype=numpy.float32)
