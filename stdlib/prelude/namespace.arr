
# --- What the language offers, as the standard asks (`__array_namespace_info__`) ---

## The dtypes that arrays get when none is named; `indexing` is that of positions.
##
## >>> default_dtypes().integral
## int64
fn default_dtypes() = record(real_floating=float64, complex_floating=complex128, integral=int64, indexing=int64)

## Every dtype, or those of a kind as `isdtype` names it, as a tuple.
##
## >>> dtypes(kind="unsigned integer")
## (uint8, uint16, uint32, uint64)
fn dtypes(kind=none) {
    found = ()
    for d in (bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float32, float64, complex64, complex128) {
        if kind == none { found = (*found, d) } else if isdtype(d, kind) { found = (*found, d) }
    }
    found
}

## What arrays can do: masks as indices, shapes that depend on data, and the most dimensions.
##
## >>> capabilities().max_dimensions
## 16
fn capabilities() = record(boolean_indexing=true, data_dependent_shapes=true, max_dimensions=16)
