//! Every combination of causes, a table of the plain ones, and the course of a flapping board.

use super::*;

/// The technicians' page's own sentences.
const WORDS: &str = include_str!("../../http/pages/admin/js/strings-health.js");

const GOOD: Situation = Situation {
    knowledge: Part::Serving,
    embedding: Part::Serving,
    language: Part::Serving,
    words_answers: true,
    has_smaller: true,
    memory_available: Some(2 << 30),
    heat: Heat::Cool,
    throttled: false,
    language_is_full: false,
};

const MEMORY: [Option<u64>; 5] = [None, Some(2 << 30), Some(250 << 20), Some(120 << 20), Some(32 << 20)];
const HEAT: [Heat; 3] = [Heat::Cool, Heat::Hot, Heat::Critical];

/// All 3 * 3 * 3 * 2 * 2 * 5 * 3 * 2 * 2 situations.
fn every() -> Vec<Situation> {
    let mut all = vec![GOOD];
    all = spread(all, Part::ALL, |to, knowledge| to.knowledge = knowledge);
    all = spread(all, Part::ALL, |to, embedding| to.embedding = embedding);
    all = spread(all, Part::ALL, |to, language| to.language = language);
    all = spread(all, [true, false], |to, words| to.words_answers = words);
    all = spread(all, [true, false], |to, smaller| to.has_smaller = smaller);
    all = spread(all, MEMORY, |to, memory| to.memory_available = memory);
    all = spread(all, HEAT, |to, heat| to.heat = heat);
    all = spread(all, [true, false], |to, throttled| to.throttled = throttled);
    spread(all, [true, false], |to, full| to.language_is_full = full)
}

fn spread<T: Copy>(
    over: Vec<Situation>,
    values: impl IntoIterator<Item = T> + Clone,
    set: fn(&mut Situation, T),
) -> Vec<Situation> {
    let one = |situation: Situation| {
        values.clone().into_iter().map(move |value| {
            let mut changed = situation;
            set(&mut changed, value);
            changed
        })
    };
    over.into_iter().flat_map(one).collect()
}

#[test]
fn the_plain_causes_have_their_rungs() {
    let with = |change: fn(&mut Situation)| {
        let mut situation = GOOD;
        change(&mut situation);
        judge(&situation, Level::Full).level
    };
    type Change = fn(&mut Situation);
    let table: [(Change, Level); 17] = [
        (|_| {}, Level::Full),
        (|s| s.language = Part::Missing, Level::SmallModel),
        (|s| s.language = Part::Failed, Level::SmallModel),
        (|s| (s.language, s.has_smaller) = (Part::Failed, false), Level::Approved),
        (|s| (s.language, s.words_answers) = (Part::Missing, false), Level::Full),
        (|s| s.language_is_full = true, Level::SmallModel),
        (|s| s.embedding = Part::Missing, Level::Approved),
        (|s| s.embedding = Part::Failed, Level::Approved),
        (|s| s.memory_available = Some(250 << 20), Level::Full),
        (|s| s.memory_available = Some(199 << 20), Level::SmallModel),
        (|s| s.memory_available = Some(95 << 20), Level::Touch),
        (|s| s.heat = Heat::Hot, Level::SmallModel),
        (|s| s.heat = Heat::Critical, Level::Touch),
        (|s| s.throttled = true, Level::SmallModel),
        (|s| (s.throttled, s.has_smaller) = (true, false), Level::Approved),
        (|s| s.knowledge = Part::Missing, Level::Contact),
        (|s| (s.knowledge, s.heat) = (Part::Failed, Heat::Critical), Level::Contact),
    ];
    for (number, (change, level)) in table.into_iter().enumerate() {
        assert_eq!(with(change), level, "line {number}");
    }
}

#[test]
fn every_rung_below_the_first_says_why_and_what_to_do() {
    let all = every();
    assert_eq!(all.len(), 3 * 3 * 3 * 2 * 2 * 5 * 3 * 2 * 2);
    for (situation, now) in all.iter().flat_map(|situation| Level::ALL.map(|now| (situation, now))) {
        let verdict = judge(situation, now);
        let is_well = verdict.level == Level::Full;
        assert_eq!((verdict.reason.is_empty(), verdict.repair.is_empty()), (is_well, is_well), "{situation:?}");
        let said = format!("\n      {}: [", verdict.cause);
        assert!(is_well || WORDS.contains(&said), "the page has no Chinese words for '{}'", verdict.cause);
        assert_eq!(verdict.level == Level::Contact, situation.knowledge != Part::Serving, "{situation:?}");
    }
}

#[test]
fn nothing_that_gets_worse_ever_serves_better() {
    for situation in every() {
        let level = judge(&situation, Level::Full).level;
        let worse = [
            Situation { heat: Heat::Critical, ..situation },
            Situation { throttled: true, ..situation },
            Situation { memory_available: Some(32 << 20), ..situation },
            Situation { embedding: Part::Missing, ..situation },
            Situation { knowledge: Part::Failed, ..situation },
            Situation { has_smaller: false, ..situation },
        ];
        for worse in worse {
            assert!(judge(&worse, Level::Full).level >= level, "{situation:?} -> {worse:?}");
        }
        for now in Level::ALL {
            assert!(judge(&situation, now).level >= level, "standing lower asks for more: {situation:?} {now:?}");
        }
    }
}

#[test]
fn down_is_at_once_and_up_only_after_a_calm_while() {
    let mut ladder = Ladder::new();
    assert_eq!(ladder.verdict().level, Level::Contact);
    assert_eq!(ladder.step(&GOOD).map(|verdict| verdict.level), Some(Level::Full));
    let hot = Situation { heat: Heat::Hot, ..GOOD };
    assert_eq!(ladder.step(&hot).map(|verdict| verdict.level), Some(Level::SmallModel));
    for _ in 0..20 {
        // Flapping: never calm long enough.
        assert!((1..CALM_LOOKS).all(|_| ladder.step(&GOOD).is_none()));
        assert_eq!(ladder.step(&hot), None);
    }
    assert!((1..CALM_LOOKS).all(|_| ladder.step(&GOOD).is_none()));
    assert_eq!(ladder.step(&GOOD).map(|verdict| verdict.level), Some(Level::Full));
}

#[test]
fn memory_that_was_short_has_to_come_back_with_some_to_spare() {
    let mut ladder = Ladder::new();
    let with = |mebibytes: u64| Situation { memory_available: Some(mebibytes << 20), ..GOOD };
    ladder.step(&with(250));
    assert_eq!(ladder.verdict().level, Level::Full);
    ladder.step(&with(199));
    assert!(
        (0..3 * CALM_LOOKS).all(|_| ladder.step(&with(250)).is_none()),
        "250 MiB hold the rung but do not climb it"
    );
    for _ in 0..CALM_LOOKS {
        ladder.step(&with(300));
    }
    assert_eq!(ladder.verdict().level, Level::Full);
}

#[test]
fn a_start_on_little_memory_is_judged_as_holding_and_not_as_climbing() {
    let mut ladder = Ladder::new();
    ladder.step(&Situation { memory_available: Some(250 << 20), ..GOOD });
    assert_eq!(ladder.verdict().level, Level::Full);
}

#[test]
fn a_new_cause_of_the_same_rung_is_told_without_a_change() {
    let mut ladder = Ladder::new();
    ladder.step(&Situation { heat: Heat::Hot, ..GOOD });
    assert_eq!(ladder.step(&Situation { language: Part::Failed, ..GOOD }), None);
    assert_eq!(ladder.verdict().reason, "the writing model cannot be used");
}

#[test]
fn visitors_are_told_in_both_languages_and_nothing_technical() {
    for level in Level::ALL {
        let told = Language::ALL.map(|language| level.sentence(language));
        assert_eq!(told[0].is_some(), level >= Level::Approved);
        assert_eq!(told[0].is_some(), told[1].is_some());
        for sentence in told.into_iter().flatten() {
            let lower = sentence.to_lowercase();
            assert!(sentence.chars().count() <= 75, "{sentence}");
            assert!(
                !["model", "memory", "error", "模型", "内存"].iter().any(|word| lower.contains(word)),
                "{sentence}"
            );
        }
        assert_eq!(told[1].and_then(Language::of_text), told[1].map(|_| Language::Chinese));
    }
}
