print([true] - [false])
