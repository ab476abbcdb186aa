# test: no-numpy
# The standard's names for running sums.
print(cumulative_sum([1, 2, 3]), cumulative_sum([1, 2, 3], include_initial=true))
print(cumulative_prod([[1, 2], [3, 4]], axis=0), cumulative_prod([1.0, 2.0], include_initial=true))
print(cumulative_sum(ones((2, 3)), axis=1, include_initial=true))
print(diff([1, 2, 4], prepend=[0]), diff([1, 2, 4], append=[10, 20]))
