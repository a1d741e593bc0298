//! An answer taken along on a phone: a page that lives for minutes under an address that nobody can guess, or, where phones
//! cannot reach the kiosk, the words themselves in the code.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Made, Media};
use crate::base::secret::random_key;
use crate::domain::{Language, Source};

/// A page can be opened for so long.
pub const TAKEN_FOR: Duration = Duration::from_secs(600);

/// Pages at once; the oldest goes.
const TAKEN_MAX: usize = 64;

/// Most bytes of words in a code: a denser one is read by good cameras only (version 20 of ISO/IEC 18004 at level M holds 666).
const WORDS_BYTES_MAX: usize = 640;

/// One answer on its way to a phone.
pub struct Taken {
    pub language: Language,
    pub text: String,
    pub sources: Vec<Source>,
    /// What was shown with it, with the things themselves: the visit may be over when the phone asks.
    pub media: Vec<(Media, Made)>,
    until: Instant,
}

impl Taken {
    pub fn new(language: Language, text: String, sources: Vec<Source>, media: Vec<(Media, Made)>) -> Self {
        Self { language, text, sources, media, until: Instant::now() + TAKEN_FOR }
    }

    /// The answer as plain words for a code, cut where a code would grow too dense.
    pub fn words(&self, site: &str) -> String {
        let sources = self.sources.iter().take(1).map(|source| format!("\n({})", source.section));
        let whole = format!("{site}\n{}{}", self.text, sources.collect::<String>());
        match whole.char_indices().find(|(at, c)| at + c.len_utf8() > WORDS_BYTES_MAX - '…'.len_utf8()) {
            Some((at, _)) => format!("{}…", &whole[..at]),
            None => whole,
        }
    }
}

/// The answers that phones may fetch now.
#[derive(Default)]
pub struct Takeaways(Mutex<VecDeque<(String, Arc<Taken>)>>);

impl Takeaways {
    /// Keeps an answer; gives its token.
    pub fn put(&self, taken: Taken) -> String {
        let token = random_key();
        let mut all = self.all();
        if all.len() == TAKEN_MAX {
            all.pop_front();
        }
        all.push_back((token.clone(), Arc::new(taken)));
        token
    }

    /// `None` once it is too old.
    pub fn get(&self, token: &str) -> Option<Arc<Taken>> {
        let now = Instant::now();
        let mut all = self.all();
        all.retain(|(_, taken)| taken.until > now);
        all.iter().find(|(known, _)| known == token).map(|(_, taken)| taken.clone())
    }

    fn all(&self) -> MutexGuard<'_, VecDeque<(String, Arc<Taken>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(text: &str) -> Taken {
        Taken::new(Language::Chinese, text.into(), Vec::new(), Vec::new())
    }

    #[test]
    fn an_answer_is_gone_when_its_time_is_over() {
        let takeaways = Takeaways::default();
        let token = takeaways.put(taken("B22"));
        assert_eq!(takeaways.get(&token).map(|taken| taken.text.clone()).as_deref(), Some("B22"));
        let old = takeaways.put(Taken { until: Instant::now(), ..taken("old") });
        assert!(takeaways.get(&old).is_none());
    }

    #[test]
    fn long_words_are_cut_between_characters() {
        let words = taken(&"登机口".repeat(200)).words("澜湾");
        assert!(words.len() <= WORDS_BYTES_MAX && words.ends_with('…'));
        assert_eq!(taken("B22").words("澜湾"), "澜湾\nB22");
    }
}
