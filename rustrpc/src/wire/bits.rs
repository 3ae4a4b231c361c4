//! The bit work of varints by the instructions that newer processors have for it.
//!
//! Programs are compiled for processors that have none of them, so loops over many numbers are
//! compiled twice, and which one runs is decided when it is known where it runs.

use super::varint;

/// How seven bits of each byte are drawn together and apart again.
pub(super) trait Bits: Copy {
    /// Whether vectors are so wide that going from bytes to numbers and back pays in them.
    const WIDE: bool;

    /// See [`varint::squeeze`].
    fn squeeze(self, word: u64) -> u64;

    /// See [`varint::spread`].
    fn spread(self, value: u64) -> u64;
}

/// As any processor can.
#[derive(Clone, Copy, Debug)]
pub(super) struct Portable;

impl Bits for Portable {
    const WIDE: bool = false;

    #[inline(always)]
    fn squeeze(self, word: u64) -> u64 {
        varint::squeeze(word)
    }

    #[inline(always)]
    fn spread(self, value: u64) -> u64 {
        varint::spread(value)
    }
}

/// A loop over many numbers. Its [`run`](Self::run) has to be inlined always, or it is not compiled
/// for what it runs on.
pub(super) trait Loop {
    /// What comes out of it.
    type Output;

    /// Runs it.
    fn run(self, bits: impl Bits) -> Self::Output;
}

/// Runs `work` as fast as the processor can.
#[inline]
pub(super) fn run<L: Loop>(work: L) -> L::Output {
    #[cfg(target_arch = "x86_64")]
    if let Some(bits) = x86::Bmi::detect() {
        // SAFETY: `bits` says that the processor has what the function is compiled for.
        return unsafe { x86::run(work, bits) };
    }
    work.run(Portable)
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::is_x86_feature_detected;
    use std::arch::x86_64::{_pdep_u64, _pext_u64};

    use super::super::varint::CONTINUATION;
    use super::{Bits, Loop};

    /// That the processor has AVX2, BMI1, BMI2, LZCNT and POPCNT, and is fast at them.
    #[derive(Clone, Copy, Debug)]
    pub(super) struct Bmi(());

    impl Bmi {
        #[inline]
        pub(super) fn detect() -> Option<Self> {
            // AMD's processors before Zen 3 take a hundred cycles for what is three elsewhere. All of
            // AMD's have SSE4a, none of the others', and VAES came with Zen 3.
            let is_fast = !is_x86_feature_detected!("sse4a") || is_x86_feature_detected!("vaes");
            let is_here = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("lzcnt")
                && is_x86_feature_detected!("popcnt");
            (is_fast && is_here).then_some(Self(()))
        }
    }

    impl Bits for Bmi {
        const WIDE: bool = true;

        #[inline(always)]
        fn squeeze(self, word: u64) -> u64 {
            // SAFETY: there is no `Bmi` where there is no BMI2.
            unsafe { _pext_u64(word, !CONTINUATION) }
        }

        #[inline(always)]
        fn spread(self, value: u64) -> u64 {
            // SAFETY: likewise.
            unsafe { _pdep_u64(value, !CONTINUATION) }
        }
    }

    /// Runs `work`, compiled for such a processor.
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) fn run<L: Loop>(work: L, bits: Bmi) -> L::Output {
        work.run(bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Squeezes each word and spreads it again.
    struct Both<'a>(&'a [u64]);

    impl Loop for Both<'_> {
        type Output = Vec<(u64, u64)>;

        #[inline(always)]
        fn run(self, bits: impl Bits) -> Self::Output {
            let both = |word: &u64| (bits.squeeze(*word), bits.spread(bits.squeeze(*word)));
            self.0.iter().map(both).collect()
        }
    }

    #[test]
    fn the_processor_does_what_the_portable_code_does() {
        let words =
            [0, 1, 0x7f, 0x80, 0xff80, u64::MAX, varint::CONTINUATION, 0x1234_5678_9abc_def0];
        assert_eq!(run(Both(&words)), Both(&words).run(Portable));
    }
}
