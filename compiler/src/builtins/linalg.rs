//! Linear algebra: what `stdlib/linalg.arr` is written with. These functions take matrices in the
//! last two axes, compute the routines of [`arr_ir::routine::Linalg`] on all of them, and take the
//! packed results apart.

use super::args::{self, Result};
use crate::array::faults::{self, Outcome};
use crate::array::ops::array_type;
use crate::array::{Array, build, truth};
use crate::builtin::Context;
use crate::fault::Failure;
use crate::value::Value;
use arr_ir::dtype::{DType, Kind};
use arr_ir::graph::Op;
use arr_ir::routine::{Factor, Linalg, Routine};
use arr_ir::shape::{Dim, DimMap, Dims, IndexMap, Term, broadcast, known_shape};
use smallvec::smallvec;

rows! {
    "linalg._axes" ("x, axis") axes, false,
        "The axes that an argument names, counted from the front: none for all, one, or a tuple."
        "linalg._axes([[1]], -1)" => "(1,)";
    "linalg._cholesky" ("x") cholesky, false,
        "The lower triangular Cholesky factor of positive definite matrices, from their lower triangles."
        "linalg._cholesky([[4.0, 2.0], [2.0, 5.0]])" => "[[2. 0.]\n [1. 2.]]";
    "linalg._lu" ("x") lu, false,
        "L and U of Gaussian elimination with partial pivoting, and per row of the matrix which row of L it is."
        "linalg._lu([[0.0, 2.0], [4.0, 1.0]])[2]" => "[1 0]";
    "linalg._pivots" ("x") pivots, false,
        "The diagonal of U of Gaussian elimination, and the sign of its permutation."
        "linalg._pivots([[0.0, 2.0], [4.0, 1.0]])" => "(array([4., 2.]), -1.0)";
    "linalg._solve" ("a, b") solve, false,
        "The x with a @ x = b, for matrices b."
        "linalg._solve([[2.0, 0.0], [0.0, 4.0]], [[2.0], [2.0]])" => "[[1. ]\n [0.5]]";
    "linalg._solve_triangular" ("a, b, lower, unit") solve_triangular, false,
        "The x with a @ x = b, for matrices b and a triangle of a."
        "linalg._solve_triangular([[2.0, 9.0], [1.0, 4.0]], [[2.0], [5.0]], true, false)" => "[[1.]\n [1.]]";
    "linalg._inv" ("x") inverse, false,
        "The inverses of matrices."
        "linalg._inv([[2.0, 0.0], [0.0, 4.0]])" => "[[0.5  0.  ]\n [0.   0.25]]";
    "linalg._qr" ("x, complete") qr, false,
        "Q and R, with as many columns of Q as the smaller side of the matrices or as they have rows."
        "linalg._qr([[2.0]], false)" => "(array([[1.]]), array([[2.]]))";
    "linalg._r" ("x") triangular, false,
        "R of the reduced QR factorization."
        "linalg._r([[3.0], [4.0]])" => "[[-5.]]";
    "linalg._eigh" ("x") eigh, false,
        "Ascending eigenvalues and the eigenvectors, as columns, of Hermitian matrices, from their lower triangles."
        "linalg._eigh([[2.0, 0.0], [0.0, 1.0]])[0]" => "[1. 2.]";
    "linalg._eigvalsh" ("x") eigvalsh, false,
        "Ascending eigenvalues of Hermitian matrices, from their lower triangles."
        "linalg._eigvalsh([[2.0, 0.0], [0.0, 1.0]])" => "[1. 2.]";
    "linalg._eig" ("x") eig, false,
        "Eigenvalues and eigenvectors, as columns, complex."
        "linalg._eig([[2.0]])" => "(array([2.+0.j]), array([[1.+0.j]]))";
    "linalg._eigvals" ("x") eigvals, false,
        "Eigenvalues, complex."
        "linalg._eigvals([[2.0]])" => "[2.+0.j]";
    "linalg._svd" ("x, full") svd, false,
        "U, the descending singular values, and V^H; all columns and rows of these or as many as there are values."
        "linalg._svd([[3.0, 0.0], [0.0, 4.0]], true)[1]" => "[4. 3.]";
    "linalg._svdvals" ("x") svdvals, false,
        "Singular values, descending."
        "linalg._svdvals([[3.0, 0.0], [0.0, 4.0]])" => "[4. 3.]";
    "linalg._expm" ("x") exponential, false,
        "The exponentials of matrices."
        "linalg._expm([[0.0, 1.0], [0.0, 0.0]])" => "[[1. 1.]\n [0. 1.]]";
}

/// Matrices in the last two axes, as floats or complex numbers.
struct Matrices {
    array: Array,
    m: Dim,
    n: Dim,
}

impl Matrices {
    fn read(cx: &mut dyn Context, args: &[Value], position: usize) -> Outcome<Matrices> {
        let array = args::array(cx, args, position)?;
        if array.ndim() < 2 {
            let wanted = "matrices: an array of at least two dimensions";
            return Err(faults::argument(position, &Value::Array(array), wanted).into());
        }
        let dtype = match array.dtype() {
            d if d.is_inexact() => d,
            _ => DType::F64,
        };
        let (m, n) = (array.dims()[array.ndim() - 2], array.dims()[array.ndim() - 1]);
        Ok(Matrices { array: build::cast(&array, dtype)?, m, n })
    }

    /// Matrices that must be square, as far as known.
    fn square(cx: &mut dyn Context, args: &[Value]) -> Outcome<Matrices> {
        let x = Matrices::read(cx, args, 0)?;
        match (x.m, x.n) {
            (Dim::Known(m), Dim::Known(n)) if m != n => {
                Err(Failure::new("E0166", "the matrices are not square")
                    .at(0, array_type(&x.array))
                    .note(format!("{m} rows and {n} columns"))
                    .into())
            }
            (Dim::Known(_), _) => Ok(Matrices { n: x.m, ..x }),
            _ => Ok(Matrices { m: x.n, ..x }),
        }
    }

    /// The smaller of rows and columns.
    fn smaller(&self, cx: &mut dyn Context) -> Dim {
        match (self.m, self.n) {
            (Dim::Known(m), Dim::Known(n)) => Dim::Known(m.min(n)),
            (m, n) if m == n => m,
            _ => cx.fresh_dim(),
        }
    }

    /// Computes a factor of the matrices alone.
    fn factor(&self, factor: Factor) -> Outcome<Packed> {
        Packed::new(factor, smallvec![self.array.clone()])
    }
}

/// What a routine gives: all results of a matrix in one row, or one result as it is.
struct Packed {
    /// None while sizes are not known.
    array: Option<Array>,
    batch: Dims,
}

impl Packed {
    /// The routine on operands of one dtype and equal leading dimensions.
    fn new(factor: Factor, operands: crate::array::Arrays) -> Outcome<Packed> {
        let dtype = operands[0].dtype();
        let batch: Dims = operands[0].dims()[..operands[0].ndim() - 2].into();
        let complex = dtype.kind() == Kind::Complex;
        let mut args = crate::array::Arrays::new();
        for operand in operands {
            args.push(if complex { build::pairs_of(&operand)? } else { operand });
        }
        let shapes: Option<Vec<_>> =
            args.iter().map(|a| Some((a.dtype(), known_shape(a.dims())?))).collect();
        let Some(shapes) = shapes else { return Ok(Packed { array: None, batch }) };
        let routine = Routine::from(Linalg { factor, complex });
        let types: Vec<_> = shapes.iter().map(|(d, s)| (*d, &s[..])).collect();
        let (part, shape) = routine.result(&types).map_err(|e| Failure::new("E0166", e))?;
        let dims = arr_ir::shape::dims_of(&shape);
        let array = build::node(Op::Extern(routine), args, part, dims)?;
        Ok(Packed { array: Some(array), batch })
    }

    fn dims(&self, core: &[Dim]) -> Dims {
        self.batch.iter().chain(core).copied().collect()
    }

    /// The only result, of these dimensions.
    fn only(self, core: &[Dim], dtype: DType) -> Result {
        let array = match &self.array {
            None => Array::abstract_of(dtype, self.dims(core)),
            Some(pairs) if dtype.kind() == Kind::Complex => build::complex_of_pairs(pairs)?,
            Some(array) => array.clone(),
        };
        Ok(Value::Array(array))
    }

    /// The result of these dimensions that begins at `start` of a row, and where it ends.
    fn part(&self, start: usize, core: &[Dim], dtype: DType) -> Outcome<(Array, usize)> {
        let Some(packed) = &self.array else {
            return Ok((Array::abstract_of(dtype, self.dims(core)), start));
        };
        let complex = dtype.kind() == Kind::Complex;
        let mut inner: Dims = core.into();
        if complex {
            inner.push(Dim::Known(2));
        }
        let (rank, sizes) = (self.batch.len(), build::sizes(&inner));
        let view = build::view(packed, self.dims(&inner), || {
            let mut step = 1;
            let mut terms = vec![];
            for (d, &size) in sizes.iter().enumerate().rev() {
                terms.push(Term { step, dim: (rank + d) as u8 });
                step *= size as i64;
            }
            let along = (0..rank).map(DimMap::along);
            IndexMap(along.chain([DimMap::sum(start as i64, terms)]).collect())
        })?;
        let end = start + sizes.iter().product::<usize>();
        Ok((if complex { build::complex_of_pairs(&view)? } else { view }, end))
    }
}

/// The float dtype of the parts of a number.
fn real(dtype: DType) -> DType {
    match dtype {
        DType::F32 | DType::C64 => DType::F32,
        _ => DType::F64,
    }
}

/// The complex dtype of the same precision.
fn complex(dtype: DType) -> DType {
    match real(dtype) {
        DType::F32 => DType::C64,
        _ => DType::C128,
    }
}

fn tuple(arrays: impl IntoIterator<Item = Array>) -> Result {
    Ok(Value::Tuple(arrays.into_iter().map(Value::Array).collect()))
}

fn axes(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1]);
    let array = args::array(cx, a, 0)?;
    Ok(match args::axes(cx, &array, a, 1)? {
        None => Value::ANY,
        Some(axes) => Value::Tuple(axes.into_iter().map(|a| Value::Int(a as i64)).collect()),
    })
}

fn cholesky(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    let x = Matrices::square(cx, a)?;
    x.factor(Factor::Cholesky)?.only(&[x.n, x.n], x.array.dtype())
}

fn inverse(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    let x = Matrices::square(cx, a)?;
    x.factor(Factor::Inverse)?.only(&[x.n, x.n], x.array.dtype())
}

fn exponential(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    let x = Matrices::square(cx, a)?;
    x.factor(Factor::Exponential)?.only(&[x.n, x.n], x.array.dtype())
}

fn lu(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    let x = Matrices::read(cx, a, 0)?;
    let (k, dtype) = (x.smaller(cx), x.array.dtype());
    let packed = x.factor(Factor::Lu)?;
    let (l, end) = packed.part(0, &[x.m, k], dtype)?;
    let (u, end) = packed.part(end, &[k, x.n], dtype)?;
    let (rows, _) = packed.part(end, &[x.m], real(dtype))?;
    tuple([l, u, build::cast(&rows, DType::I64)?])
}

fn pivots(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    let x = Matrices::square(cx, a)?;
    let packed = x.factor(Factor::Pivots)?;
    let (diagonal, end) = packed.part(0, &[x.n], x.array.dtype())?;
    let (sign, _) = packed.part(end, &[], real(x.array.dtype()))?;
    tuple([diagonal, sign])
}

fn solve(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1]);
    solution(cx, a, Factor::Solve)
}

fn solve_triangular(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0], &a[1]);
    let (lower, unit) = (args::flag(cx, a, 2)?, args::flag(cx, a, 3)?);
    solution(cx, a, Factor::SolveTriangular { lower, unit })
}

fn solution(cx: &mut dyn Context, a: &[Value], factor: Factor) -> Result {
    let (x, sides) = (Matrices::square(cx, a)?, Matrices::read(cx, a, 1)?);
    if let (Dim::Known(n), Dim::Known(rows)) = (x.n, sides.m)
        && n != rows
    {
        return Err(Failure::new("E0166", "the sizes of equations and right-hand sides differ")
            .at(0, array_type(&x.array))
            .at(1, array_type(&sides.array))
            .note(format!("{n} equations against {rows} rows"))
            .into());
    }
    let dtype = x.array.dtype().promote(sides.array.dtype());
    let leading = |array: &Array| -> Dims { array.dims()[..array.ndim() - 2].into() };
    let batch = broadcast(&leading(&x.array), &leading(&sides.array)).map_err(|mismatch| {
        faults::shapes(
            (0, array_type(&x.array), &leading(&x.array)),
            (1, array_type(&sides.array), &leading(&sides.array)),
            mismatch,
        )
    })?;
    let spread = |array: &Array, m: Dim, n: Dim| -> Outcome<Array> {
        let mut dims = batch.clone();
        dims.extend([m, n]);
        build::broadcast_to(&build::cast(array, dtype)?, &dims)
    };
    let (left, right) = (spread(&x.array, x.m, x.n)?, spread(&sides.array, sides.m, sides.n)?);
    Packed::new(factor, smallvec![left, right])?.only(&[x.n, sides.n], dtype)
}

fn qr(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    let Some(complete) = truth(cx, &a[1])? else { return Ok(Value::ANY) };
    let x = Matrices::read(cx, a, 0)?;
    let columns = if complete { x.m } else { x.smaller(cx) };
    let packed = x.factor(Factor::Qr { complete })?;
    let (q, end) = packed.part(0, &[x.m, columns], x.array.dtype())?;
    let (r, _) = packed.part(end, &[columns, x.n], x.array.dtype())?;
    tuple([q, r])
}

fn triangular(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    let x = Matrices::read(cx, a, 0)?;
    let k = x.smaller(cx);
    x.factor(Factor::Triangular)?.only(&[k, x.n], x.array.dtype())
}

fn eigh(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    let x = Matrices::square(cx, a)?;
    let packed = x.factor(Factor::Eigh)?;
    let (w, end) = packed.part(0, &[x.n], real(x.array.dtype()))?;
    let (v, _) = packed.part(end, &[x.n, x.n], x.array.dtype())?;
    tuple([w, v])
}

fn eigvalsh(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    let x = Matrices::square(cx, a)?;
    x.factor(Factor::Eigvalsh)?.only(&[x.n], real(x.array.dtype()))
}

fn eig(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    let x = Matrices::square(cx, a)?;
    let (packed, dtype) = (x.factor(Factor::Eig)?, complex(x.array.dtype()));
    let (w, end) = packed.part(0, &[x.n], dtype)?;
    let (v, _) = packed.part(end, &[x.n, x.n], dtype)?;
    tuple([w, v])
}

fn eigvals(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    let x = Matrices::square(cx, a)?;
    x.factor(Factor::Eigvals)?.only(&[x.n], complex(x.array.dtype()))
}

fn svd(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    let Some(full) = truth(cx, &a[1])? else { return Ok(Value::ANY) };
    let x = Matrices::read(cx, a, 0)?;
    let (k, dtype) = (x.smaller(cx), x.array.dtype());
    let (columns, rows) = if full { (x.m, x.n) } else { (k, k) };
    let packed = x.factor(Factor::Svd { full })?;
    let (u, end) = packed.part(0, &[x.m, columns], dtype)?;
    let (s, end) = packed.part(end, &[k], real(dtype))?;
    let (vh, _) = packed.part(end, &[rows, x.n], dtype)?;
    tuple([u, s, vh])
}

fn svdvals(cx: &mut dyn Context, a: &[Value]) -> Result {
    known!(&a[0]);
    let x = Matrices::read(cx, a, 0)?;
    let k = x.smaller(cx);
    x.factor(Factor::Svdvals)?.only(&[k], real(x.array.dtype()))
}
