//! Sets of variables of one frame: dense, growing, absent bits are 0.

use crate::hir::Slot;

/// A set of variables.
#[derive(Clone, PartialEq)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    pub(crate) fn new(size: usize) -> Bits {
        Bits(vec![0; size.div_ceil(64)])
    }

    pub(crate) fn has(&self, slot: Slot) -> bool {
        self.0.get(slot as usize / 64).is_some_and(|w| w >> (slot % 64) & 1 == 1)
    }

    pub(crate) fn add(&mut self, slot: Slot) {
        let word = slot as usize / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (slot % 64);
    }

    pub(crate) fn remove(&mut self, slot: Slot) {
        if let Some(word) = self.0.get_mut(slot as usize / 64) {
            *word &= !(1 << (slot % 64));
        }
    }

    pub(crate) fn unite(&mut self, other: &Bits) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a |= b);
    }

    pub(crate) fn intersect(&mut self, other: &Bits) {
        self.0.truncate(other.0.len());
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a &= b);
    }

    pub(crate) fn without(&self, other: &Bits) -> Bits {
        let theirs = other.0.iter().copied().chain(std::iter::repeat(0));
        Bits(self.0.iter().zip(theirs).map(|(a, b)| a & !b).collect())
    }

    pub(crate) fn slots(&self) -> Box<[Slot]> {
        let mut out = vec![];
        for (i, &word) in self.0.iter().enumerate() {
            let mut rest = word;
            while rest != 0 {
                out.push(i as Slot * 64 + rest.trailing_zeros());
                rest &= rest - 1;
            }
        }
        out.into()
    }
}
