# Linear algebra: the `linalg` extension of the Array API standard, and what users of NumPy and
# SciPy look for beside it. Matrices lie in the last two axes; axes before them are a batch, and
# broadcast where several arrays are taken. Integers are computed as float64.

fn _float(x) {
    x = asarray(x)
    if isdtype(x.dtype, ("real floating", "complex floating")) { x } else { astype(x, float64) }
}

fn _adjoint(x) = conj(x).mT

fn _real_type(x) = real(zeros((), dtype=x.dtype)).dtype

fn _epsilon(x) = finfo(_real_type(x)).eps

# --- Factorizations ---

## The Cholesky factor of positive definite matrices: lower triangular `L` with `L @ L^H = x`, read
## from the lower triangle, or with `upper` the `U` with `U^H @ U = x`, read from the upper one.
## Fails on a matrix that is not positive definite.
##
## >>> linalg.cholesky([[4.0, 2.0], [2.0, 5.0]])
## [[2. 0.]
##  [1. 2.]]
fn cholesky(x, upper=false) {
    if upper { _adjoint(linalg._cholesky(_adjoint(_float(x)))) } else { linalg._cholesky(x) }
}

## The QR factorization: `Q` with orthonormal columns and upper triangular `R` with `Q @ R = x`.
## `mode` is "reduced" (`Q` has as many columns as the smaller side), "complete" (`Q` is square), or
## "r" (only `R`). The signs are LAPACK's; on the diagonal of `R` stand real numbers.
##
## >>> linalg.qr([[3.0, 1.0], [4.0, 2.0]])[1]
## [[-5.  -2.2]
##  [ 0.   0.4]]
fn qr(x, mode="reduced") {
    if mode == "reduced" { linalg._qr(x, false) }
    else if mode == "complete" { linalg._qr(x, true) }
    else {
        assert mode == "r", "the mode is reduced, complete or r"
        linalg._r(x)
    }
}

## The singular value decomposition: `U`, the singular values in descending order, and `V^H`, with
## `x = (U * s) @ V^H`. With `full_matrices` `U` and `V^H` are square. The signs of the vectors are
## free. With `compute_uv=false` only the values. Of `hermitian` matrices the lower triangle is read.
##
## >>> linalg.svd([[3.0, 0.0], [0.0, 4.0]])[1]
## [4. 3.]
fn svd(x, full_matrices=true, compute_uv=true, hermitian=false) {
    x = if hermitian { _hermitian(_float(x)) } else { x }
    if compute_uv { linalg._svd(x, full_matrices) } else { linalg._svdvals(x) }
}

## The singular values in descending order.
##
## >>> linalg.svdvals([[3.0, 0.0], [0.0, 4.0]])
## [4. 3.]
fn svdvals(x) = linalg._svdvals(x)

## Eigenvalues (ascending) and eigenvectors (orthonormal columns) of symmetric or Hermitian
## matrices, of which the lower triangle is read, or with `UPLO="U"` the upper one.
##
## >>> linalg.eigh([[2.0, 0.0], [0.0, 1.0]])[0]
## [1. 2.]
fn eigh(x, UPLO="L") = linalg._eigh(_lower(x, UPLO))

## The eigenvalues that eigh gives.
##
## >>> linalg.eigvalsh([[2.0, 1.0], [1.0, 2.0]])
## [1. 3.]
fn eigvalsh(x, UPLO="L") = linalg._eigvalsh(_lower(x, UPLO))

fn _lower(x, UPLO) {
    assert UPLO == "L" or UPLO == "U", "UPLO is L or U"
    if UPLO == "U" { _adjoint(_float(x)) } else { x }
}

## Eigenvalues and eigenvectors (columns of length 1) of square matrices, always complex, in no
## order.
##
## >>> linalg.eig([[2.0]])
## (array([2.+0.j]), array([[1.+0.j]]))
fn eig(x) = linalg._eig(x)

## The eigenvalues that eig gives.
##
## >>> linalg.eigvals([[2.0]])
## [2.+0.j]
fn eigvals(x) = linalg._eigvals(x)

## `P`, `L` and `U` with `P @ L @ U = x`: a permutation, a lower triangular matrix with ones on its
## diagonal, and an upper triangular one, by elimination with partial pivoting.
##
## >>> linalg.lu([[1.0, 2.0], [2.0, 2.0]])[2]
## [[2. 2.]
##  [0. 1.]]
fn lu(x) {
    l, u, rows = linalg._lu(x)
    p = rows[..., newaxis] == iota(l.shape[-2])
    (astype(p, _real_type(l)), l, u)
}

# --- Equations and inverses ---

## The `x` with `a @ x = b`, for one right-hand side (a vector `b`) or as many as `b` has columns.
## Fails on a singular matrix.
##
## >>> linalg.solve([[2.0, 1.0], [1.0, 3.0]], [3.0, 4.0])
## [1. 1.]
fn solve(a, b) {
    b = asarray(b)
    if b.ndim == 1 { linalg._solve(a, b[:, newaxis])[..., 0] } else { linalg._solve(a, b) }
}

## The `x` with `a @ x = b` for a triangular `a`: the upper triangle is read, or with `lower` the
## lower one; `unit_diagonal` puts ones on its diagonal.
##
## >>> linalg.solve_triangular([[2.0, 1.0], [0.0, 4.0]], [3.0, 4.0])
## [1. 1.]
fn solve_triangular(a, b, lower=false, unit_diagonal=false) {
    b = asarray(b)
    if b.ndim == 1 {
        linalg._solve_triangular(a, b[:, newaxis], lower, unit_diagonal)[..., 0]
    } else {
        linalg._solve_triangular(a, b, lower, unit_diagonal)
    }
}

## The `x` with `a @ x = b`, from the Cholesky factor of `a`: lower, or upper with `lower=false`.
##
## >>> linalg.cho_solve(linalg.cholesky([[4.0, 2.0], [2.0, 5.0]]), [6.0, 7.0])
## [1. 1.]
fn cho_solve(c, b, lower=true) {
    c = _float(c)
    l = if lower { c } else { _adjoint(c) }
    solve_triangular(_adjoint(l), solve_triangular(l, b, lower=true))
}

## The inverse matrices. Fails on a singular matrix.
##
## >>> linalg.inv([[2.0, 0.0], [0.0, 4.0]])
## [[0.5  0.  ]
##  [0.   0.25]]
fn inv(x) = linalg._inv(x)

## The pseudoinverse by Moore and Penrose. Singular values up to `rtol` times the largest count as
## zero (NumPy calls it `rcond`); by default the larger side times the machine epsilon. Of `hermitian`
## matrices the lower triangle is read.
##
## >>> linalg.pinv([[1.0, 0.0], [0.0, 0.0]])
## [[1. 0.]
##  [0. 0.]]
fn pinv(x, rtol=none, rcond=none, hermitian=false) {
    assert rtol == none or rcond == none, "rtol and rcond are the same: give one"
    rtol = if rtol == none { rcond } else { rtol }
    x = if hermitian { _hermitian(_float(x)) } else { _float(x) }
    if minimum(x.shape[-1], x.shape[-2]) == 0 { return x.mT }
    u, s, vh = linalg._svd(x, false)
    kept = s > _cutoff(s, x, rtol)
    inverse = where(kept, 1 / where(kept, s, 1), 0)
    (_adjoint(vh) * inverse[..., newaxis, :]) @ _adjoint(u)
}

## The Hermitian matrices with these lower triangles.
fn _hermitian(x) = tril(x) + _adjoint(tril(x, -1))

## Singular values that are no greater count as zero.
fn _cutoff(s, x, rtol) {
    r = if rtol == none { maximum(x.shape[-1], x.shape[-2]) * _epsilon(x) } else { rtol }
    max(s, axis=-1, keepdims=true) * (if ndim(r) > 0 { asarray(r)[..., newaxis] } else { r })
}

## The least-squares solution of `a @ x = b`: `(x, residuals, rank, singular values)`. Residuals
## are the sums of squared errors per right-hand side, empty when the rank is below the number of
## columns or there are no more rows than columns.
##
## >>> linalg.lstsq([[1.0], [1.0]], [1.0, 3.0])[0]
## [2.]
fn lstsq(a, b, rcond=none) {
    a = _float(a)
    b = _float(b)
    assert a.ndim == 2, "lstsq takes one matrix"
    wide = a.shape[0] < a.shape[1]
    q, r = compute(*qr(if wide { _adjoint(a) } else { a }))
    s = compute(linalg._svdvals(r))
    rank = if s.size == 0 { 0 } else { int(count_nonzero(s > _cutoff(s, a, rcond))) }
    x = if wide {
        # R is the triangle of the adjoint.
        if rank == s.size { q @ solve_triangular(_adjoint(r), b, lower=true) }
        else {
            u, _, vh = compute(*linalg._svd(r, false))
            q @ (u[:, :rank] @ _over(vh[:rank] @ b, s[:rank]))
        }
    } else {
        right = _adjoint(q) @ b
        if rank == s.size { solve_triangular(r, right) }
        else {
            u, _, vh = compute(*linalg._svd(r, false))
            _adjoint(vh[:rank]) @ _over(_adjoint(u[:, :rank]) @ right, s[:rank])
        }
    }
    if rank < a.shape[1] or a.shape[0] <= a.shape[1] { return x, zeros((0,), dtype=s.dtype), rank, s }
    e = abs(b - a @ x)
    r = sum(e * e, axis=0)
    (x, if b.ndim == 1 { r[newaxis] } else { r }, rank, s)
}

fn _over(y, s) = if y.ndim == 1 { y / s } else { y / s[:, newaxis] }

## The array `x` with `tensordot(a, x, x.ndim) = b`; `axes` of `a` are put last first.
##
## >>> linalg.tensorsolve(reshape(2.0 * eye(4), (2, 2, 2, 2)), ones((2, 2)))
## [[0.5 0.5]
##  [0.5 0.5]]
fn tensorsolve(a, b, axes=none) {
    a = asarray(a)
    b = asarray(b)
    if axes != none {
        for axis in axes { a = moveaxis(a, axis, -1) }
    }
    reshape(solve(reshape(a, (b.size, -1)), ravel(b)), a.shape[b.ndim:])
}

## The inverse of `a` as a map from its axes from `ind` on to those before.
##
## >>> linalg.tensorinv(2.0 * eye(2), ind=1)
## [[0.5 0. ]
##  [0.  0.5]]
fn tensorinv(a, ind=2) {
    a = asarray(a)
    rows = _product(a.shape[:ind])
    reshape(inv(reshape(a, (rows, -1))), (*a.shape[ind:], *a.shape[:ind]))
}

fn _product(sizes) {
    n = 1
    for s in sizes { n = n * s }
    n
}

# --- Numbers of a matrix ---

## The determinant.
##
## >>> linalg.det([[1.0, 2.0], [3.0, 4.0]])
## -2.0
fn det(x) {
    pivots, sign_of_rows = linalg._pivots(x)
    p = prod(pivots, axis=-1)
    # A product may leave the range on its way.
    q = prod(sign(pivots), axis=-1) * exp(sum(log(abs(pivots)), axis=-1))
    sign_of_rows * where(isfinite(p) & (p != 0), p, q)
}

## The determinant as `(sign, log)`: its sign, or phase, and the logarithm of its absolute value. Of
## a singular matrix `(0, -inf)`.
##
## >>> linalg.slogdet([[2.0, 0.0], [0.0, -1.0]])
## (-1.0, 0.6931471805599453)
fn slogdet(x) {
    pivots, sign_of_rows = linalg._pivots(x)
    (sign_of_rows * prod(sign(pivots), axis=-1), sum(log(abs(pivots)), axis=-1))
}

## The number of singular values greater than `rtol` times the largest (or than `tol`); by default
## `rtol` is the larger side times the machine epsilon. Of `hermitian` matrices the lower triangle is read.
##
## >>> linalg.matrix_rank([[1.0, 2.0], [2.0, 4.0]])
## 1
fn matrix_rank(x, tol=none, rtol=none, hermitian=false) {
    x = if hermitian { _hermitian(_float(x)) } else { _float(x) }
    if x.ndim < 2 { return astype(any(x != 0), int64) }
    s = linalg._svdvals(x)
    if s.shape[-1] == 0 { return count_nonzero(s, axis=-1) }
    limit = if tol == none { _cutoff(s, x, rtol) }
        else if ndim(tol) > 0 { asarray(tol)[..., newaxis] }
        else { tol }
    count_nonzero(s > limit, axis=-1)
}

## The condition number: the norm `p` of the matrix times that of its inverse. `p` is none or 2 (the
## greatest singular value by the least), -2, 1, -1, inf, -inf, "fro" or "nuc". Of a singular matrix
## it is inf.
##
## Errors: matrices without elements.
##
## >>> linalg.cond([[4.0, 0.0], [0.0, 2.0]])
## 2.0
fn cond(x, p=none) {
    x = _float(x)
    assert x.ndim >= 2 and x.shape[-1] > 0 and x.shape[-2] > 0, "cond takes matrices that have elements"
    if p in (none, 2, -2) {
        s = linalg._svdvals(x)
        c = if p == -2 { s[..., -1] / s[..., 0] } else { s[..., 0] / s[..., -1] }
        return where(isnan(c) & ~any(isnan(x), axis=(-2, -1)), inf, c)
    }
    singular = any(linalg._pivots(x)[0] == 0, axis=-1)
    # The inverse of a singular matrix does not exist; any other matrix stands for it.
    regular = where(singular[..., newaxis, newaxis], eye(x.shape[-1], dtype=x.dtype), x)
    where(singular, inf, matrix_norm(x, ord=p) * matrix_norm(inv(regular), ord=p))
}

# --- Norms ---

fn _squares(x) {
    if isdtype(x.dtype, "complex floating") { real(x) * real(x) + imag(x) * imag(x) } else { x * x }
}

## The length of vectors along an axis, several, or of all elements: the root of the sum of squares,
## or by another `ord`: inf and -inf (the greatest and least absolute value), 0 (how many are not
## zero), or any power.
##
## >>> linalg.vector_norm([3.0, 4.0])
## 5.0
## >>> linalg.vector_norm([[3.0, -4.0], [1.0, 1.0]], axis=1, ord=1)
## [7. 2.]
fn vector_norm(x, axis=none, keepdims=false, ord=2) {
    x = _float(x)
    if ord == 2 { return sqrt(sum(_squares(x), axis=axis, keepdims=keepdims)) }
    a = abs(x)
    if ord == 1 { sum(a, axis=axis, keepdims=keepdims) }
    else if ord == inf { max(a, axis=axis, keepdims=keepdims, initial=0) }
    else if ord == -inf { min(a, axis=axis, keepdims=keepdims) }
    else if ord == 0 { astype(count_nonzero(a, axis=axis, keepdims=keepdims), a.dtype) }
    else { sum(a ** ord, axis=axis, keepdims=keepdims) ** (1 / ord) }
}

## The norm of the matrices in the last two axes: "fro" (the root of the sum of squares), "nuc" (the
## sum of singular values), 2 and -2 (the greatest and least of them), 1 and -1 (the greatest and
## least sum of absolute values of a column), inf and -inf (of a row).
##
## >>> linalg.matrix_norm([[1.0, 2.0], [2.0, 4.0]])
## 5.0
## >>> linalg.matrix_norm([[1.0, -2.0], [2.0, 4.0]], ord=1)
## 6.0
fn matrix_norm(x, keepdims=false, ord="fro") {
    x = _float(x)
    if ord == none or ord == "fro" {
        return sqrt(sum(_squares(x), axis=(-2, -1), keepdims=keepdims))
    }
    n = if ord == "nuc" { sum(linalg._svdvals(x), axis=-1) }
        else if ord == 2 { max(linalg._svdvals(x), axis=-1, initial=0) }
        else if ord == -2 { min(linalg._svdvals(x), axis=-1) }
        else if ord == 1 { max(sum(abs(x), axis=-2), axis=-1, initial=0) }
        else if ord == -1 { min(sum(abs(x), axis=-2), axis=-1) }
        else if ord == inf { max(sum(abs(x), axis=-1), axis=-1, initial=0) }
        else {
            assert ord == -inf, "the norm of a matrix is fro, nuc, 2, -2, 1, -1, inf or -inf"
            min(sum(abs(x), axis=-1), axis=-1)
        }
    if keepdims { n[..., newaxis, newaxis] } else { n }
}

## NumPy's norm: of all elements; along one axis a vector norm; over two axes, or with an `ord` of a
## matrix, a matrix norm.
##
## >>> linalg.norm([[3.0, 0.0], [0.0, 4.0]])
## 5.0
## >>> linalg.norm([[3.0, 0.0], [0.0, 4.0]], ord=2)
## 4.0
fn norm(x, ord=none, axis=none, keepdims=false) {
    x = _float(x)
    if ord == none and axis == none { return vector_norm(x, keepdims=keepdims) }
    axes = linalg._axes(x, axis)
    if len(axes) == 1 {
        return vector_norm(x, axis=axes[0], keepdims=keepdims, ord=if ord == none { 2 } else { ord })
    }
    assert len(axes) == 2, "a norm is taken over one axis or two"
    n = matrix_norm(moveaxis(x, axes, (-2, -1)), ord=ord)
    if keepdims { expand_dims(n, axes) } else { n }
}

# --- Products ---

## A square matrix multiplied by itself `n` times; a negative `n` takes the inverse.
##
## >>> linalg.matrix_power([[1, 1], [0, 1]], 3)
## [[1 3]
##  [0 1]]
fn matrix_power(x, n) {
    x = asarray(x)
    assert x.shape[-1] == x.shape[-2], "the matrix is not square"
    assert int(n) == n, "the power of a matrix is a whole number"
    if n < 0 { return matrix_power(inv(x), -n) }
    if n == 0 { return broadcast_to(eye(x.shape[-1], dtype=x.dtype), x.shape) }
    half = if n > 1 { matrix_power(x, n // 2) } else { x }
    if n == 1 { x } else if n % 2 == 0 { half @ half } else { half @ half @ x }
}

## The outer product of two vectors.
##
## >>> linalg.outer([1, 2], [1, 1])
## [[1 1]
##  [2 2]]
fn outer(x1, x2) = asarray(x1)[:, newaxis] * asarray(x2)[newaxis, :]

## The sum of products along an axis; a complex first array is conjugated.
##
## >>> linalg.vecdot([1, 2], [3, 4])
## 11
fn vecdot(x1, x2, axis=-1) = sum(conj(asarray(x1)) * asarray(x2), axis=axis, dtype=result_type(x1, x2))

## The vector product along an axis of three elements.
##
## >>> linalg.cross([1, 0, 0], [0, 1, 0])
## [0 0 1]
fn cross(x1, x2, axis=-1) {
    a = moveaxis(asarray(x1), axis, -1)
    b = moveaxis(asarray(x2), axis, -1)
    assert a.shape[-1] == 3 and b.shape[-1] == 3, "cross needs vectors of three elements"
    c = stack((
        a[..., 1] * b[..., 2] - a[..., 2] * b[..., 1],
        a[..., 2] * b[..., 0] - a[..., 0] * b[..., 2],
        a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0],
    ), axis=-1)
    moveaxis(c, -1, axis)
}

## The sum of the diagonals of the last two axes, `offset` above the main one.
##
## >>> linalg.trace([[1, 2], [3, 4]])
## 5
fn trace(x, offset=0, dtype=none) = sum(linalg.diagonal(x, offset), axis=-1, dtype=dtype)

# --- Functions of matrices, subspaces, special matrices ---

## The exponential of square matrices: the sum of `I + x + x @ x / 2 + ...` to its end.
##
## >>> linalg.expm([[0.0, 1.0], [0.0, 0.0]])
## [[1. 1.]
##  [0. 1.]]
fn expm(x) = linalg._expm(x)

## An orthonormal basis, as columns, of the vectors that a matrix maps to zero.
##
## >>> abs(linalg.null_space([[1.0, 0.0]]))
## [[0.]
##  [1.]]
fn null_space(x, rcond=none) {
    x = _float(x)
    u, s, vh = linalg._svd(x, true)
    _adjoint(vh[int(matrix_rank(x, rtol=rcond)):])
}

## An orthonormal basis, as columns, of the columns of a matrix.
##
## >>> abs(linalg.orth([[2.0, 4.0], [0.0, 0.0]]))
## [[1.]
##  [0.]]
fn orth(x, rcond=none) {
    x = _float(x)
    u, s, vh = linalg._svd(x, false)
    u[:, :int(matrix_rank(x, rtol=rcond))]
}

## The matrix with constant diagonals, of first column `c` and first row `r` (whose first element
## does not count); without `r` it is Hermitian.
##
## >>> linalg.toeplitz([1, 2, 3], [1, 4, 5])
## [[1 4 5]
##  [2 1 4]
##  [3 2 1]]
fn toeplitz(c, r=none) {
    c = ravel(asarray(c))
    r = if r == none { conj(c) } else { ravel(asarray(r)) }
    flip(windows(concat((flip(c), r[1:])), r.shape[0]), axis=0)
}

## The matrix whose columns are `c`, each turned on by one.
##
## >>> linalg.circulant([1, 2, 3])
## [[1 3 2]
##  [2 1 3]
##  [3 2 1]]
fn circulant(c) {
    c = ravel(asarray(c))
    toeplitz(c, concat((c[:1], flip(c[1:]))))
}

## Hilbert's matrix: `1 / (i + j + 1)`.
##
## >>> linalg.hilbert(2)
## [[1.         0.5       ]
##  [0.5        0.33333333]]
fn hilbert(n) = 1 / (iota(n)[:, newaxis] + iota(n) + 1.0)

# --- Decompositions of data ---

## The principal components of observations, the rows of a matrix: a record of `components` (one
## row each, of unit length, the greatest entry by magnitude positive), `variance` along each,
## `ratio` of the whole variance, the `mean` taken off, and `scores`, the observations in
## components. `k` of them, or all.
##
## >>> round(linalg.pca([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]], k=1).ratio, 6)
## [1.]
fn pca(x, k=none) {
    x = asarray(x)
    assert x.ndim == 2 and x.shape[0] > 1, "pca needs a matrix of at least two observations"
    m = mean(x, axis=0)
    u, s, vh = svd(x - m, full_matrices=false)
    n = if k == none { s.size } else { k }
    assert n > 0 and n <= s.size, "pca has no more components than the smaller side of the matrix"
    top = take_along_axis(vh, argmax(abs(vh), axis=1, keepdims=true), axis=1)
    turn = where(top < 0, -1.0, 1.0)
    variance = s * s / (x.shape[0] - 1)
    record(
        components=(vh * turn)[:n],
        variance=variance[:n],
        ratio=(variance / sum(variance))[:n],
        mean=m,
        scores=(u * s * turn[:, 0])[:, :n])
}

## An approximate singular value decomposition of rank `k` from a random projection to
## `k + oversample` dimensions, sharpened by power iterations (Halko, Martinsson, Tropp, 2011):
## u, s, vh as of `svd`.
##
## >>> round(linalg.randomized_svd([[3.0, 0.0], [0.0, 1.0]], 1)[1], 6)
## [3.]
fn randomized_svd(x, k, oversample=10, iterations=4, seed=0) {
    x = asarray(x)
    assert x.ndim == 2, "randomized_svd needs a matrix"
    width = minimum(k + oversample, minimum(x.shape[0], x.shape[1]))
    q, _ = qr(x @ normal((x.shape[1], width), seed=seed))
    for i in range(iterations) {
        p, _ = qr(x.T @ q)
        q, _ = qr(x @ p)
    }
    u, s, vh = svd(q.T @ x, full_matrices=false)
    ((q @ u)[:, :k], s[:k], vh[:k])
}

## The eigenvalue of greatest magnitude of a square matrix and an eigenvector of unit length, by
## power iteration until the value changes by less than `tol` of itself; an error when it does not
## settle.
##
## >>> round(linalg.power_iteration([[2.0, 0.0], [0.0, 1.0]])[0], 6)
## 2.0
fn power_iteration(x, tol=1e-12, iterations=1000, seed=0) {
    x = asarray(x)
    assert x.ndim == 2 and x.shape[0] == x.shape[1], "power_iteration needs a square matrix"
    v = normal(x.shape[0], seed=seed)
    v = v / sqrt(sum(v * v))
    value = 0.0
    settled = false
    for i in range(iterations) {
        w = x @ v
        next = float(sum(v * w))
        size = float(sqrt(sum(w * w)))
        if size == 0 { return (0.0, v) }
        v = w / size
        settled = i > 0 and abs(next - value) <= tol * abs(next)
        value = next
        if settled { break }
    }
    assert settled, "the power iteration did not settle"
    (value, v)
}
