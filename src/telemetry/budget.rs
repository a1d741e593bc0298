//! Memory for models: what one needs before it is loaded, and whether that fits beside what is loaded already. Pure; knows no file
//! format: figures of a header are the caller's.

use std::fmt;

use crate::domain::{Told, told};

/// What stays free for the system, the browser, the database and the turns themselves, bytes; chosen: a kiosk page in Chromium is the
/// greatest part of it.
pub const RESERVE: u64 = 512 << 20;

/// What a loaded model takes beside its weights and its cache, bytes: tokenizer, vocabulary, buffers. Chosen; a caller that has
/// measured a model fills in [`Need`] itself.
const WORK: u64 = 48 << 20;

/// What one model needs, bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Need {
    pub weights: u64,
    /// Keys and values of a whole context; 0 for a model without one.
    pub cache: u64,
    pub work: u64,
}

impl Need {
    /// Of a model that reads `file_bytes` of weights and keeps no context: ears, an embedder, a reader of pictures.
    pub fn of_file(file_bytes: u64) -> Self {
        Self { weights: file_bytes, cache: 0, work: WORK }
    }

    /// Of a language model of `file_bytes` with `context`.
    pub fn of_language(file_bytes: u64, context: Context) -> Self {
        Self { cache: context.bytes(), ..Self::of_file(file_bytes) }
    }

    /// The sum; a need that cannot be counted is more than any board has.
    pub fn bytes(self) -> u64 {
        self.weights.saturating_add(self.cache).saturating_add(self.work)
    }
}

/// The figures of a decoder's context, as a GGUF header tells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context {
    /// `block_count`.
    pub layers: u64,
    /// `attention.head_count_kv`.
    pub kv_heads: u64,
    /// `attention.key_length`.
    pub head_width: u64,
    /// Positions that are reserved: the site's setting, not what the model was trained for.
    pub tokens: u64,
    /// Bytes of a number in the cache: 2 for half floats.
    pub number_bytes: u64,
}

impl Context {
    /// Keys and values: `2 * layers * kv_heads * head_width * tokens * number_bytes` (Pope and others, "Efficiently scaling
    /// transformer inference", 2022, section 3.3). Saturates: the header is outside input.
    pub fn bytes(self) -> u64 {
        [self.layers, self.kv_heads, self.head_width, self.tokens, self.number_bytes]
            .into_iter()
            .fold(2, u64::saturating_mul)
    }
}

/// A model that is loaded, or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    pub model: String,
    pub need: Need,
}

/// Why a model is not loaded. Nothing was touched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{model} needs {} MiB of memory and {} MiB can be had; {repair}", mebibytes(*need), mebibytes(*have))]
pub struct OverBudget {
    pub model: String,
    /// Bytes.
    pub need: u64,
    pub have: u64,
    pub repair: Repair,
}

/// What would make room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repair {
    /// No board of this size takes it.
    SmallerModel,
    /// These in this order would make room.
    Remove(Vec<String>),
    /// The board would do; others use it.
    StopOthers,
}

impl Repair {
    pub fn told(&self) -> Told {
        match self {
            Self::SmallerModel => {
                told!("choose a smaller model, or a board with more memory", "请选用较小的模型，或内存更大的主板")
            }
            Self::Remove(models) => told!("first switch off {}", "请先停用 {}", models.join(", ")),
            Self::StopOthers => {
                told!("stop other programs of this machine, then try again", "请停止本机的其他程序，再重试")
            }
        }
    }
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told().en)
    }
}

/// The memory of one board for models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// Bytes that models may take in all.
    total: u64,
    loaded: Vec<Loaded>,
}

impl Budget {
    /// Of a board with `memory_total` bytes; `most` is the board file's own bound, where it has one.
    pub fn new(memory_total: u64, most: Option<u64>) -> Self {
        let total = memory_total.saturating_sub(RESERVE);
        Self { total: most.map_or(total, |most| total.min(most)), loaded: Vec::new() }
    }

    pub fn total(&self) -> u64 {
        self.total
    }

    pub fn used(&self) -> u64 {
        self.loaded.iter().fold(0, |sum: u64, loaded| sum.saturating_add(loaded.need.bytes()))
    }

    pub fn loaded(&self) -> &[Loaded] {
        &self.loaded
    }

    /// Takes a model in. `available` is what the system could give at this moment; `None` when it does not tell.
    ///
    /// # Errors
    /// [`OverBudget`] with what would make room; the budget is unchanged.
    pub fn admit(&mut self, model: &str, need: Need, available: Option<u64>) -> Result<(), OverBudget> {
        self.fits(model, need, available)?;
        self.release(model);
        self.loaded.push(Loaded { model: model.into(), need });
        Ok(())
    }

    /// Whether [`Budget::admit`] would take the model. One of the same name would be replaced, not added.
    ///
    /// # Errors
    /// As [`Budget::admit`].
    pub fn fits(&self, model: &str, need: Need, available: Option<u64>) -> Result<(), OverBudget> {
        let bytes = need.bytes();
        let replaced = self.loaded.iter().find(|loaded| loaded.model == model).map_or(0, |loaded| loaded.need.bytes());
        let planned = self.total.saturating_sub(self.used().saturating_sub(replaced));
        // What is free just now counts too: the plan does not know what else runs on this machine.
        let now = available.map_or(u64::MAX, |free| free.saturating_sub(RESERVE / 4).saturating_add(replaced));
        let have = planned.min(now);
        if bytes <= have {
            return Ok(());
        }
        let repair = if bytes > self.total {
            Repair::SmallerModel
        } else if bytes <= planned {
            Repair::StopOthers
        } else {
            Repair::Remove(self.room_for(bytes - planned, model))
        };
        Err(OverBudget { model: model.into(), need: bytes, have, repair })
    }

    /// The model is no longer loaded.
    pub fn release(&mut self, model: &str) {
        self.loaded.retain(|loaded| loaded.model != model);
    }

    /// The fewest models that free `bytes`: the biggest first.
    fn room_for(&self, bytes: u64, but: &str) -> Vec<String> {
        let mut others: Vec<&Loaded> = self.loaded.iter().filter(|loaded| loaded.model != but).collect();
        others.sort_by_key(|loaded| std::cmp::Reverse(loaded.need.bytes()));
        let mut freed = 0u64;
        let mut names = Vec::new();
        for loaded in others {
            if freed >= bytes {
                break;
            }
            freed = freed.saturating_add(loaded.need.bytes());
            names.push(loaded.model.clone());
        }
        names
    }
}

/// Rounded up: what is told must suffice.
fn mebibytes(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn plain(mebibytes: u64) -> Need {
        Need { weights: mebibytes * MIB, cache: 0, work: 0 }
    }

    #[test]
    fn a_context_costs_keys_and_values() {
        // SmolLM2-135M: 30 layers, 3 key heads of 64, half floats: 22.5 KiB a token.
        let context = Context { layers: 30, kv_heads: 3, head_width: 64, tokens: 2_048, number_bytes: 2 };
        assert_eq!(context.bytes(), 47_185_920);
        assert_eq!(Need::of_language(100 * MIB, context).bytes(), 100 * MIB + 47_185_920 + WORK);
    }

    #[test]
    fn a_header_that_lies_is_refused_and_not_wrapped_round() {
        let lie = Context { layers: u64::MAX, kv_heads: 4, head_width: 128, tokens: 1 << 40, number_bytes: 2 };
        let refused = Budget::new(8 << 30, None).admit("liar", Need::of_language(MIB, lie), None).unwrap_err();
        assert_eq!((refused.need, &refused.repair), (u64::MAX, &Repair::SmallerModel));
    }

    #[test]
    fn what_fits_is_taken_and_what_does_not_names_the_way_out() {
        let mut budget = Budget::new(2_048 * MIB, None);
        assert_eq!(budget.total(), 1_536 * MIB);
        budget.admit("language", plain(900), None).unwrap();
        budget.admit("hearing", plain(300), None).unwrap();
        budget.admit("reading", plain(100), None).unwrap();
        let refused = budget.admit("bigger", plain(600), None).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "bigger needs 600 MiB of memory and 236 MiB can be had; first switch off language"
        );
        assert_eq!(budget.used(), 1_300 * MIB, "a refusal changes nothing");
        let refused = budget.admit("huge", plain(1_537), None).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "huge needs 1537 MiB of memory and 236 MiB can be had; choose a smaller model, or a board with more memory"
        );
    }

    #[test]
    fn a_model_may_be_replaced_by_a_bigger_build_of_itself() {
        let mut budget = Budget::new(2_048 * MIB, None);
        budget.admit("language", plain(900), None).unwrap();
        budget.admit("language", plain(1_500), None).unwrap();
        assert_eq!(budget.loaded().len(), 1);
        budget.release("language");
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn what_other_programs_took_is_not_there() {
        let mut budget = Budget::new(8_192 * MIB, None);
        let refused = budget.admit("language", plain(900), Some(1_000 * MIB)).unwrap_err();
        assert_eq!((refused.have, refused.repair), (872 * MIB, Repair::StopOthers));
        assert_eq!(budget.admit("language", plain(900), Some(1_028 * MIB)), Ok(()));
    }

    #[test]
    fn the_board_file_may_allow_less() {
        assert_eq!(Budget::new(8_192 * MIB, Some(1_000 * MIB)).total(), 1_000 * MIB);
        assert_eq!(Budget::new(300 * MIB, None).total(), 0, "a board smaller than the reserve takes no model");
    }
}
