# Reductions of the elements where a mask is true: one pass, no selection is built.
x = reshape(arange(24.0), (4, 6)) % 7
mask = x > 2
print(sum(x, where=mask), x.sum(axis=0, where=mask), x.sum(axis=1, keepdims=true, where=mask), sep="\n")
print(mean(x, axis=1, where=mask), x.std(where=mask).round(6), var(x, axis=0, ddof=1, where=mask), sep="\n")
print(max(x, axis=0, where=x < 3, initial=-1), min(x, axis=1, where=x > 9, initial=inf), sep="\n")
print(any(x > 5, axis=1, where=mask), all(x > 2, axis=1, where=mask))
# A mask broadcasts to the array.
columns = [true, false, true, false, false, true]
print(x.sum(axis=1, where=columns), prod(x + 1, axis=1, initial=2, where=columns))
# An initial value is combined with the elements, and is the result where there is none.
print(sum([1, 2, 3], initial=10), max([1, 2], initial=7), max(zeros((0, 3)), axis=0, initial=4))
print(sum(x[x > 2], initial=1), sum(int8([100, 100]), initial=1), sum([true, true], where=[true, false]))
# Larger than a chunk, fused with what makes the mask.
big = arange(100_000) % 1000
print(sum(big, where=big % 2 == 0), max(big, where=big < 500, initial=0), mean(big, where=big > 989))
