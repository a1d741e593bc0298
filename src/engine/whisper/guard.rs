//! Whether what Whisper wrote was said by anybody: it writes fluent sentences to silence and noise, and gets caught in
//! loops. A wrong transcript is answered with confidence; an empty one is asked again. So doubt means empty.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::Heard;

/// Quieter than this (root mean square of the loudest 100 ms) is silence and is not listened to: -60 dB of full scale,
/// below the noise floor of any microphone that works.
const LOUDNESS_MIN: f32 = 1e-3;
/// Samples in 100 ms.
const STRETCH: usize = 1600;
/// With an unsure text, this probability of "no speech" means none (`no_speech_threshold` of openai/whisper).
const NO_SPEECH: f32 = 0.6;
/// With any text, this one does. Chosen: sure words over speech keep it near zero.
const NO_SPEECH_SURE: f32 = 0.9;
/// Mean log probability of a token below which a text is unsure (`logprob_threshold` of openai/whisper).
const UNSURE: f32 = -1.0;
/// Mean log probability below which a text is worthless whatever else holds: each token had one chance in seven and a
/// half.
const WORTHLESS: f32 = -2.0;
/// A text that deflates by more than this repeats itself (`compression_ratio_threshold` of openai/whisper).
const REPETITION: f32 = 2.4;

/// What Whisper writes to silence because subtitles end so; compared without case, spaces and punctuation.
const PHANTOMS: [&str; 12] = [
    "thankyouforwatching",
    "thanksforwatching",
    "thankyouverymuchforwatching",
    "pleasesubscribe",
    "subtitlesbytheamaraorgcommunity",
    "字幕由amaraorg社区提供",
    "字幕由amaraorg社區提供",
    "请不吝点赞订阅转发打赏支持明镜与点点栏目",
    "請不吝點贊訂閱轉發打賞支持明鏡與點點欄目",
    "谢谢观看",
    "謝謝觀看",
    "感谢观看",
];

/// Whether `samples` (16 kHz mono) hold anything loud enough to be speech.
pub fn is_audible(samples: &[f32]) -> bool {
    let loudness = |stretch: &[f32]| (stretch.iter().map(|s| s * s).sum::<f32>() / stretch.len() as f32).sqrt();
    samples.chunks(STRETCH).any(|stretch| loudness(stretch) >= LOUDNESS_MIN)
}

/// Whether `text`, read from `heard`, is to be believed.
pub fn is_credible(heard: &Heard, text: &str) -> bool {
    let sure = heard.mean_log_probability;
    let silent = heard.no_speech > NO_SPEECH_SURE || (heard.no_speech > NO_SPEECH && sure < UNSURE);
    !silent && sure >= WORTHLESS && !repeats(text) && !is_phantom(text)
}

/// Whether `text` says the same again and again.
pub fn repeats(text: &str) -> bool {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let deflated = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    deflated.is_ok_and(|deflated| text.len() as f32 / deflated.len() as f32 > REPETITION)
}

fn is_phantom(text: &str) -> bool {
    let letters: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    PHANTOMS.contains(&letters.as_str())
}
