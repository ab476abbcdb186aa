//! Sorting networks over vectors: rows of lanes, of which the columns are sorted and then merged.

/// A vector whose lanes are compared with those of another.
pub trait Lanes: Copy {
    /// Number of lanes.
    const LANES: usize;
    /// Lane by lane the lesser and the greater; where equal the first and the second.
    fn exchange(self, other: Self) -> (Self, Self);
    /// Lanes whose index has a bit of `M` set: the greater, the others: the lesser; where equal the
    /// first.
    fn order<const M: usize>(self, other: Self) -> Self;
    /// Lane `i` from lane `i ^ M`.
    fn swap<const M: usize>(self) -> Self;
}

macro_rules! exchanges {
    ($v:ident: $(($i:literal $j:literal))*) => {$(
        ($v[$i], $v[$j]) = $v[$i].exchange($v[$j]);
    )*};
}

/// So many rows.
pub trait Rows<V>: AsMut<[V]> {
    /// Sorts each column.
    fn sort(&mut self);
    /// Sorts each column that first rises and then falls, or the other way round.
    fn clean(&mut self);
}

impl<V: Lanes> Rows<V> for [V; 4] {
    #[inline(always)]
    fn sort(&mut self) {
        exchanges!(self: (0 1)(2 3) (0 2)(1 3) (1 2));
    }
    #[inline(always)]
    fn clean(&mut self) {
        exchanges!(self: (0 2)(1 3) (0 1)(2 3));
    }
}

impl<V: Lanes> Rows<V> for [V; 8] {
    #[inline(always)]
    fn sort(&mut self) {
        exchanges!(self: (0 1)(2 3)(4 5)(6 7) (0 2)(1 3)(4 6)(5 7) (1 2)(5 6)(0 4)(3 7)
            (1 5)(2 6) (1 4)(3 6) (2 4)(3 5) (3 4));
    }
    #[inline(always)]
    fn clean(&mut self) {
        exchanges!(self: (0 4)(1 5)(2 6)(3 7) (0 2)(1 3)(4 6)(5 7) (0 1)(2 3)(4 5)(6 7));
    }
}

/// The network of 60 exchanges for 16 elements is Green's (Knuth, The Art of Computer Programming,
/// volume 3, section 5.3.4).
impl<V: Lanes> Rows<V> for [V; 16] {
    #[inline(always)]
    fn sort(&mut self) {
        exchanges!(self:
            (0 1)(2 3)(4 5)(6 7)(8 9)(10 11)(12 13)(14 15)
            (0 2)(1 3)(4 6)(5 7)(8 10)(9 11)(12 14)(13 15)
            (0 4)(1 5)(2 6)(3 7)(8 12)(9 13)(10 14)(11 15)
            (0 8)(1 9)(2 10)(3 11)(4 12)(5 13)(6 14)(7 15)
            (5 10)(6 9)(3 12)(13 14)(4 8)(7 11)(1 2)
            (1 4)(7 13)(2 8)(11 14)
            (2 4)(5 6)(9 10)(11 13)(3 8)(7 12)
            (6 8)(10 12)(3 5)(7 9)
            (3 4)(5 6)(7 8)(9 10)(11 12)
            (6 7)(8 9));
    }
    #[inline(always)]
    fn clean(&mut self) {
        exchanges!(self:
            (0 8)(1 9)(2 10)(3 11)(4 12)(5 13)(6 14)(7 15)
            (0 4)(1 5)(2 6)(3 7)(8 12)(9 13)(10 14)(11 15)
            (0 2)(1 3)(4 6)(5 7)(8 10)(9 11)(12 14)(13 15)
            (0 1)(2 3)(4 5)(6 7)(8 9)(10 11)(12 13)(14 15));
    }
}

/// Compares each column with its counterpart in the reversed order of rows and lanes: pairs of
/// sorted sequences, one after the other, become their lesser and their greater elements.
#[inline(always)]
fn meet<V: Lanes, const R: usize, const M: usize, const HIGH: usize>(rows: &mut [V; R]) {
    for r in 0..R / 2 {
        let (a, b) = (rows[r], rows[R - 1 - r]);
        rows[r] = a.order::<HIGH>(b.swap::<M>());
        rows[R - 1 - r] = b.order::<HIGH>(a.swap::<M>());
    }
}

/// Compares lanes with those at a distance of `M`.
#[inline(always)]
fn clean_lanes<V: Lanes, const R: usize, const M: usize>(rows: &mut [V; R]) {
    for row in rows {
        *row = row.order::<M>(row.swap::<M>());
    }
}

/// Sorts all elements: column by column from the top.
#[inline(always)]
pub fn sort<V: Lanes, const R: usize>(rows: &mut [V; R])
where
    [V; R]: Rows<V>,
{
    rows.sort();
    meet::<V, R, 1, 1>(rows);
    rows.clean();
    if V::LANES >= 4 {
        meet::<V, R, 3, 2>(rows);
        clean_lanes::<V, R, 1>(rows);
        rows.clean();
    }
    if V::LANES >= 8 {
        meet::<V, R, 7, 4>(rows);
        clean_lanes::<V, R, 2>(rows);
        clean_lanes::<V, R, 1>(rows);
        rows.clean();
    }
    if V::LANES >= 16 {
        meet::<V, R, 15, 8>(rows);
        clean_lanes::<V, R, 4>(rows);
        clean_lanes::<V, R, 2>(rows);
        clean_lanes::<V, R, 1>(rows);
        rows.clean();
    }
}
