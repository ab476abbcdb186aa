x = array([1, 300], dtype=uint8)
y = asarray([[-1, 2]], dtype=uint32)
z = [1, 300].astype(uint8)
