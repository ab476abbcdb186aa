
# --- Complex numbers ---

## The angle of complex numbers in the plane, from -pi to pi, or in degrees.
##
## >>> angle([1.0, 1j, -1.0], deg=true)
## [  0.  90. 180.]
fn angle(z, deg=false) {
    z = asarray(z)
    if z.dtype == bool { z = astype(z, float64) }
    a = atan2(imag(z), real(z))
    if deg { degrees(a) } else { a }
}

## Whether the dtype is complex, whatever the values.
##
## >>> iscomplexobj([1 + 0j])
## True
fn iscomplexobj(x) = isdtype(result_type(x), "complex floating")

## Whether the dtype is not complex, whatever the values.
##
## >>> isrealobj([1.0, 2.0])
## True
fn isrealobj(x) = not iscomplexobj(x)

## Whether the imaginary part is zero.
##
## >>> isreal([1 + 0j, 2j, 3])
## [ True False  True]
fn isreal(x) = imag(x) == 0

## Whether the imaginary part is not zero.
##
## >>> iscomplex([1 + 0j, 2j, 3])
## [False  True False]
fn iscomplex(x) = imag(x) != 0

## The real part, if every imaginary part is less than `tol` times the spacing of floats at 1 (or,
## for `tol` of at most 1, than `tol` itself); else the array as it is.
##
## >>> real_if_close([2 + 1e-15j, 3])
## [2. 3.]
fn real_if_close(x, tol=100) {
    x = asarray(x)
    if isrealobj(x) { return x }
    limit = if tol > 1 { tol * finfo(x.dtype).eps } else { tol }
    if all(abs(x.imag) < limit) { x.real } else { x }
}

## The square of the absolute value.
fn _square_modulus(x) {
    if iscomplexobj(x) { real(x) * real(x) + imag(x) * imag(x) } else { x * x }
}
