//! The walk of one target: cases from a seed, each in a guard, a crash shrunk to its smallest input.

use std::collections::BTreeMap;
use std::os::unix::fs::FileExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::bend::{Bend, Kind, bends};
use crate::guard::{self, Inside};

/// One input may take so long, on a machine that does other things beside. A technician waits for it, a visitor behind a queue does.
const INPUT_MAX: Duration = Duration::from_secs(10);

/// As tokio's threads have it.
const STACK_BYTES: usize = 2 << 20;

/// A walk that found so many has found enough to do.
const CRASHES_MAX: usize = 10;

/// Choices among the good inputs of a layer that are tried before anything is bent: enough to meet each.
const VARIANTS: u64 = 16;

/// Steps of shrinking.
const SHRINKS_MAX: usize = 2_000;

/// Panics of others' parsers that a door catches itself: told, with the last one's place.
static PANICS: Mutex<(u64, String)> = Mutex::new((0, String::new()));

/// Something that takes strangers' bytes.
pub trait Target: Sync {
    /// What inputs there are: their names, and what each is made of.
    fn layers(&self) -> Vec<(&'static str, Kind)>;

    /// An input: the good one of this layer, bent.
    fn input(&self, layer: usize, variant: &Index, bends: &[Bend]) -> Vec<u8>;

    /// Takes it as the program does. `Err`: refused, and in what words.
    fn take(&self, layer: usize, input: &[u8]) -> Result<(), String>;
}

type Case = (usize, Index, Vec<Bend>);

/// What the same seed and the same number always give.
fn tree<S: Strategy>(strategy: S, seed: u64, case: u64) -> S::Tree {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&case.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    strategy.new_tree(&mut runner).expect("the strategy rejects nothing")
}

/// The bends of one case, and which of the good inputs they bend.
pub fn bends_of(seed: u64, case: u64, kind: Kind) -> (Index, Vec<Bend>) {
    tree((any::<Index>(), bends(kind)), seed, case).current()
}

/// Inside the guarded process.
pub fn inside(target: &dyn Target, plan: &Inside) -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        let mut panics = PANICS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        *panics = (panics.0 + 1, panic.to_string().replace('\n', " "));
    }));
    let run = || Walk { target, plan, refusals: BTreeMap::new(), counts: Counts::default() }.run();
    std::thread::scope(|scope| {
        let walking = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, run);
        walking.expect("a thread starts").join().unwrap_or_else(|_| {
            // The hook above told nothing.
            let last = PANICS.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).1.clone();
            println!("  {}: the walk itself failed: {last}", plan.target);
            ExitCode::from(guard::BROKEN)
        })
    })
}

#[derive(Default)]
struct Counts {
    cases: u64,
    accepted: u64,
    crashes: usize,
    longest: Duration,
}

struct Walk<'a> {
    target: &'a dyn Target,
    plan: &'a Inside,
    refusals: BTreeMap<String, u64>,
    counts: Counts,
}

impl Walk<'_> {
    fn run(mut self) -> ExitCode {
        self.refuse_bad_seeds();
        if let Some(case) = self.plan.only {
            let input = self.input(&self.tree(case).current());
            println!("  its input, not shrunk: {}", guard::keep(self.plan, case, &input));
            return ExitCode::SUCCESS;
        }
        let began = Instant::now();
        let mark = guard::mark_file(self.plan);
        for case in 0u64.. {
            if began.elapsed() > self.plan.lasts || self.counts.crashes >= CRASHES_MAX {
                break;
            }
            mark.write_all_at(&case.to_le_bytes(), 0).expect("the case can be noted");
            self.case(case);
        }
        self.tell(began.elapsed());
        ExitCode::from(u8::from(self.counts.crashes > 0))
    }

    /// What is not bent has to be taken: else the walk would only ever see the first refusal.
    fn refuse_bad_seeds(&self) {
        for (layer, (name, _)) in self.target.layers().into_iter().enumerate() {
            for variant in (0..VARIANTS).map(|number| tree(any::<Index>(), 0, number).current()) {
                let input = self.target.input(layer, &variant, &[]);
                if let Err(reason) = self.target.take(layer, &input) {
                    panic!("the good input of {name} is refused: {reason}");
                }
            }
        }
    }

    fn tree(&self, case: u64) -> impl ValueTree<Value = Case> + use<> {
        let layers = self.target.layers();
        let layer = (case % layers.len() as u64) as usize;
        tree((Just(layer), any::<Index>(), bends(layers[layer].1)), self.plan.seed, case)
    }

    fn input(&self, case: &Case) -> Vec<u8> {
        self.target.input(case.0, &case.1, &case.2)
    }

    fn case(&mut self, number: u64) {
        let mut tree = self.tree(number);
        let case = tree.current();
        let input = self.input(&case);
        let began = Instant::now();
        let outcome = self.attempt(case.0, &input);
        self.counts.cases += 1;
        self.counts.longest = self.counts.longest.max(began.elapsed());
        match outcome {
            Ok(Ok(())) => self.counts.accepted += 1,
            Ok(Err(reason)) => *self.refusals.entry(words(&reason)).or_default() += 1,
            Err(fault) => {
                self.counts.crashes += 1;
                let (case, input) = self.shrink(&mut tree, case, input);
                let name = self.target.layers()[case.0].0;
                println!("  CRASH in {name}: {fault}; seed {}, case {number}, {:?}", self.plan.seed, case.2);
                println!("  its smallest input: {}", guard::keep(self.plan, number, &input));
            }
        }
    }

    /// Accepted, refused, or crashed.
    fn attempt(&self, layer: usize, input: &[u8]) -> Result<Result<(), String>, String> {
        let began = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| self.target.take(layer, input)))
            .map_err(|_| PANICS.lock().map(|panics| panics.1.clone()).unwrap_or_default())?;
        match began.elapsed() {
            long if long > INPUT_MAX => Err(format!("it took {:.1} s", long.as_secs_f64())),
            _ => Ok(outcome),
        }
    }

    fn shrink(&self, tree: &mut impl ValueTree<Value = Case>, case: Case, input: Vec<u8>) -> (Case, Vec<u8>) {
        let mut smallest = (case, input);
        let began = Instant::now();
        for _ in 0..SHRINKS_MAX {
            if began.elapsed() > INPUT_MAX * 3 {
                break;
            }
            let case = tree.current();
            let input = self.input(&case);
            let moved = match self.attempt(case.0, &input) {
                Err(_) => {
                    smallest = (case, input);
                    tree.simplify()
                }
                Ok(_) => tree.complicate(),
            };
            if !moved {
                break;
            }
        }
        smallest
    }

    fn tell(&self, took: Duration) {
        let Counts { cases, accepted, crashes, longest } = self.counts;
        println!(
            "{}: {cases} cases in {:.0} s ({:.0} a second), {accepted} accepted, {} refused with {} kinds of error, longest {:.0} ms, \
             memory at most {:.0} MiB; crashes: {crashes}",
            self.plan.target,
            took.as_secs_f64(),
            cases as f64 / took.as_secs_f64(),
            cases - accepted - crashes as u64,
            self.refusals.len(),
            longest.as_secs_f64() * 1000.0,
            guard::peak_mib(),
        );
        let mut refusals: Vec<_> = self.refusals.iter().collect();
        refusals.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        refusals.iter().take(8).for_each(|(reason, count)| println!("  {count} x {reason}"));
        if let Ok(panics) = PANICS.lock()
            && panics.0 > 0
        {
            println!("  {} panics in all, those included that a door caught; the last: {}", panics.0, panics.1);
        }
    }
}

/// An error without what is this input's own: numbers, names, quotes.
fn words(reason: &str) -> String {
    let plain = |word: &&str| word.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, ',' | ';' | '-'));
    let words: Vec<&str> = reason.split_whitespace().filter(plain).take(14).collect();
    words.join(" ")
}
