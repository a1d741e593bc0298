//! Where a known sound lies in a recording, by cross-correlation over Fourier transforms.

use realfft::RealFftPlanner;

/// Less alike than this is chance. Measured on kitchens, halls, machines and speech without the probe (at most 0.076), and on
/// rooms with it, down to 10 dB below their noise (at least 0.22).
const LIKENESS_MIN: f64 = 0.12;

/// Takes the weight from rumble, where rooms are loud and the sweep is, too.
const PRE_EMPHASIS: f32 = 0.95;

/// A place in the recording.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    /// Index of the first sample.
    pub at: usize,
    /// Correlation over the lengths of both, `0.0..=1.0`.
    pub likeness: f64,
}

/// The place where `probe` is most alike to `recording`, entirely inside; `None` when it is nowhere more alike than by chance. A
/// loud knock fits everything a little: held against its own energy it does not.
pub fn find(recording: &[f32], probe: &[f32]) -> Option<Found> {
    let last = recording.len().checked_sub(probe.len())?;
    let (recording, probe) = (emphasised(recording), emphasised(probe));
    let fit = cross_correlation(&recording, &probe)?;
    let own: f64 = probe.iter().map(|&sample| f64::from(sample).powi(2)).sum();
    let around = energies(&recording, probe.len());
    // Where next to nothing sounds, rounding would decide.
    let least = around.iter().copied().fold(0.0, f64::max) * 1e-6;
    let likeness =
        |(fit, around): (&f32, &f64)| f64::from(fit.abs()) / (own * around.max(least)).sqrt().max(f64::MIN_POSITIVE);
    let likenesses = fit.get(..=last)?.iter().zip(&around).map(likeness).enumerate();
    let (at, likeness) = likenesses.max_by(|one, other| one.1.total_cmp(&other.1))?;
    (likeness >= LIKENESS_MIN).then_some(Found { at, likeness: likeness.min(1.0) })
}

fn emphasised(samples: &[f32]) -> Vec<f32> {
    let before = std::iter::once(&0.0).chain(samples);
    samples.iter().zip(before).map(|(now, before)| now - PRE_EMPHASIS * before).collect()
}

/// Index i of the result: the energy of `samples[i..i + length]`.
fn energies(samples: &[f32], length: usize) -> Vec<f64> {
    let mut sum = 0.0;
    let sums = samples.iter().map(|&sample| {
        sum += f64::from(sample).powi(2);
        sum
    });
    let sums: Vec<f64> = std::iter::once(0.0).chain(sums).collect();
    sums.iter().zip(&sums[length..]).map(|(from, until)| until - from).collect()
}

/// Index i of the result: the sum over `recording[i + k] * probe[k]`.
fn cross_correlation(recording: &[f32], probe: &[f32]) -> Option<Vec<f32>> {
    let length = (recording.len() + probe.len()).next_power_of_two();
    let mut planner = RealFftPlanner::<f32>::new();
    let (forward, inverse) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
    let spectrum = |samples: &[f32]| {
        let mut padded = forward.make_input_vec();
        padded[..samples.len()].copy_from_slice(samples);
        let mut spectrum = forward.make_output_vec();
        forward.process(&mut padded, &mut spectrum).ok().map(|()| spectrum)
    };
    let mut product = spectrum(recording)?;
    product.iter_mut().zip(spectrum(probe)?).for_each(|(one, other)| *one *= other.conj());
    let mut fit = inverse.make_output_vec();
    inverse.process(&mut product, &mut fit).ok()?;
    // The library's transforms are not scaled.
    fit.iter_mut().for_each(|one| *one /= length as f32);
    Some(fit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_exact_and_the_sign_does_not_matter() {
        let probe: Vec<f32> =
            (0..512_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 8) as f32 / 8_388_608.0 - 1.0).collect();
        let mut recording = vec![0.0; 3_000];
        for (index, sample) in probe.iter().enumerate() {
            recording[171 + index] = -0.25 * sample;
        }
        let found = find(&recording, &probe).unwrap();
        assert_eq!(found.at, 171);
        assert!(found.likeness > 0.99, "{found:?}");
    }

    #[test]
    fn a_recording_shorter_than_the_probe_holds_none() {
        assert_eq!(find(&[0.1; 10], &[0.1; 11]), None);
    }
}
