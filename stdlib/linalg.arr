# Linear algebra: the functions of the Array API standard's `linalg` that need no factorization.

## The length of vectors, see norm.
##
## >>> linalg.vector_norm([3.0, 4.0])
## 5.0
fn vector_norm(x, axis=none, keepdims=false, ord=2) = norm(x, ord=ord, axis=axis, keepdims=keepdims)

## The Frobenius norm of the matrices in the last two axes.
##
## >>> linalg.matrix_norm([[1.0, 2.0], [2.0, 4.0]])
## 5.0
fn matrix_norm(x, keepdims=false) = norm(x, axis=(-2, -1), keepdims=keepdims)

## A square matrix multiplied by itself so often.
##
## >>> linalg.matrix_power([[1, 1], [0, 1]], 3)
## [[1 3]
##  [0 1]]
fn matrix_power(x, n) {
    x = asarray(x)
    assert n >= 0, "the power is at least 0"
    result = eye(x.shape[-1], dtype=x.dtype)
    for i in range(n) { result = result @ x }
    result
}

## The outer product of two vectors.
##
## >>> linalg.outer([1, 2], [1, 1])
## [[1 1]
##  [2 2]]
fn outer(a, b) = asarray(a)[:, newaxis] * asarray(b)[newaxis, :]
