//! Silero VAD 6: tells speech from everything else, 32 ms at a time. Knows nothing of sentences or turns.

use std::path::Path;

use ort::session::Session;
use ort::value::TensorRef;

use crate::domain::HEARING_RATE_HZ;
use crate::engine::{DETECTOR_CHUNK, EngineError, SpeechDetector, onnx};

/// Samples of the chunk before that the model wants in front of each chunk (silero-vad 6, `utils_vad.py`).
const CONTEXT: usize = 64;
const STATE_SHAPE: [usize; 3] = [2, 1, 128];
const STATE: usize = 2 * 128;

/// The model with its memory of one sound: `state` f32 `[2, 1, 128]`, `input` f32 `[1, 64 + 512]`, mono 16 kHz, `-1.0..=1.0`.
pub(super) struct Silero {
    session: Session,
    state: [f32; STATE],
    input: [f32; CONTEXT + DETECTOR_CHUNK],
}

impl Silero {
    pub(super) fn open(library: &Path, model: &Path) -> Result<Self, EngineError> {
        let session = onnx::session(library, model)?;
        Ok(Self { session, state: [0.0; STATE], input: [0.0; CONTEXT + DETECTOR_CHUNK] })
    }

    fn run(&mut self) -> ort::Result<f32> {
        let rate = [i64::from(HEARING_RATE_HZ)];
        let no_dimensions: [usize; 0] = [];
        let outputs = self.session.run(ort::inputs! {
            "input" => TensorRef::from_array_view(([1, self.input.len()], &self.input[..]))?,
            "state" => TensorRef::from_array_view((STATE_SHAPE, &self.state[..]))?,
            "sr" => TensorRef::from_array_view((no_dimensions, &rate[..]))?,
        })?;
        let tensor = |name| outputs.get(name).ok_or_else(|| ort::Error::new(format!("no output {name}")));
        let (_, state) = tensor("stateN")?.try_extract_tensor::<f32>()?;
        let (_, probability) = tensor("output")?.try_extract_tensor::<f32>()?;
        let probability = probability.first().copied().ok_or_else(|| ort::Error::new("no probability"))?;
        self.state = state.try_into().map_err(|_| ort::Error::new("the state has another shape"))?;
        Ok(probability)
    }
}

impl SpeechDetector for Silero {
    fn speech(&mut self, chunk: &[f32]) -> Result<f32, EngineError> {
        if chunk.len() != DETECTOR_CHUNK {
            return Err(EngineError::Input(format!(
                "the speech detector takes {DETECTOR_CHUNK} samples a step, not {}",
                chunk.len()
            )));
        }
        self.input.copy_within(DETECTOR_CHUNK.., 0);
        self.input[CONTEXT..].copy_from_slice(chunk);
        self.run().map_err(|error| EngineError::Failed { engine: "silero-vad", reason: error.to_string() })
    }

    fn reset(&mut self) {
        self.state.fill(0.0);
        self.input.fill(0.0);
    }

    fn name(&self) -> &str {
        "silero-vad-6"
    }
}
