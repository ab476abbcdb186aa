return *a
y = (*a)
