print(arange(5)[::0])
