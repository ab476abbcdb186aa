//! Discrete Fourier transforms along the last axis.
//!
//! The operand is `[lanes, length]`, complex numbers as a last axis of 2; so is the result. Lanes
//! are independent of each other.

use super::{Family, Task};
use crate::dtype::DType;
use crate::shape::Shape;
use arr_numerics::Each;
use arr_numerics::fourier::{self, Wave};
use num_complex::Complex;
use serde::{Deserialize, Serialize};
use smallvec::smallvec;

pub use arr_numerics::fourier::Transform;

/// A transform of lanes to a given length.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Fft {
    /// Which one.
    pub transform: Transform,
    /// Its length, at least 1: shorter lanes are continued by zeros, longer ones cut off.
    pub n: usize,
    /// What the result is multiplied by.
    pub scale: Scale,
}

/// What makes a transform and its inverse undo each other.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Scale {
    /// 1
    One,
    /// 1 over the square root of the length.
    Root,
    /// 1 over the length.
    Length,
}

impl Fft {
    fn is_complex(&self) -> bool {
        self.transform != Transform::RealForward
    }

    fn gives_complex(&self) -> bool {
        self.transform != Transform::RealInverse
    }

    pub(super) fn factor(&self) -> f64 {
        match self.scale {
            Scale::One => 1.0,
            Scale::Root => 1.0 / (self.n as f64).sqrt(),
            Scale::Length => 1.0 / self.n as f64,
        }
    }

    fn lanes<R: Wave>(&self, task: Task<'_>) {
        let operand = &task.operands[0];
        let length: usize = operand.shape[1..].iter().product();
        let input = &operand.of::<R>()[task.rows.start * length..task.rows.end * length];
        if task.out.is_empty() {
            return;
        }
        // Nothing may lie anywhere.
        let memory: &mut [Complex<R>] = match task.scratch.is_empty() {
            true => &mut [],
            false => bytemuck::cast_slice_mut(task.scratch),
        };
        let out = bytemuck::cast_slice_mut(task.out);
        let each: Each<'_> = &|n, work| task.workers.each(n, work);
        fourier::run(self.transform, self.n, self.factor(), (input, length), out, memory, each);
    }
}

impl Family for Fft {
    fn core(&self, _: usize) -> usize {
        2 + self.is_complex() as usize
    }

    fn output(&self, operands: &[(DType, &[usize])]) -> Result<(DType, Shape), String> {
        let &[(dtype, shape)] = operands else {
            return Err("a transform takes one array".into());
        };
        if !matches!(dtype, DType::F32 | DType::F64) {
            return Err("a transform takes floats".into());
        }
        if self.n == 0 {
            return Err("a transform has at least one point".into());
        }
        if self.is_complex() && shape.last() != Some(&2) {
            return Err("complex numbers are pairs".into());
        }
        let width = self.transform.writes(self.n);
        Ok((
            dtype,
            match self.gives_complex() {
                true => smallvec![shape[0], width / 2, 2],
                false => smallvec![shape[0], width],
            },
        ))
    }

    fn divisible(&self) -> bool {
        true
    }

    fn per_row(&self, _: usize) -> Option<usize> {
        Some(1)
    }

    fn scratch(&self, operands: &[(DType, &[usize])]) -> usize {
        match operands[0].0 {
            DType::F32 => 8 * fourier::working::<f32>(self.transform, self.n),
            _ => 16 * fourier::working::<f64>(self.transform, self.n),
        }
    }

    fn run(&self, task: Task<'_>) -> Result<(), String> {
        match task.operands[0].dtype {
            DType::F32 => self.lanes::<f32>(task),
            _ => self.lanes::<f64>(task),
        }
        Ok(())
    }

    fn title(&self) -> String {
        let what = match self.transform {
            Transform::Forward => "Fourier transform",
            Transform::Inverse => "inverse Fourier transform",
            Transform::RealForward => "Fourier transform of real numbers",
            Transform::RealInverse => "inverse Fourier transform to real numbers",
        };
        format!("{what} of {} points", self.n)
    }
}
