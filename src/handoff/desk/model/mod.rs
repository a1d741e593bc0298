//! Every path of a hand-over: the visitor's machine, the desk and a link between them that cuts, loses and repeats, with two agents
//! who come, go, decline and end. A walk over all interleavings, within small budgets of faults, checks in each
//! state what must never be, and from each state that every path ends.
//!
//! The visitor's machine is `state::next`, the desk `Desk::apply`, the talk `Lane`: the code that runs, not a description of it.

mod world;

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use self::world::{Budget, World};
use crate::handoff::state::{Mode, State};

/// Walks every interleaving within `budget`; gives the number of states and the visitor's states that were seen.
fn walk(budget: Budget) -> (usize, HashSet<&'static str>) {
    let digest = |world: &World| {
        let mut hasher = DefaultHasher::new();
        world.key().hash(&mut hasher);
        hasher.finish()
    };
    let first = World::new(budget);
    let mut seen = HashSet::from([digest(&first)]);
    let mut words = HashSet::new();
    // Depth first: the worlds that wait are then few.
    let mut waiting = vec![first];
    while let Some(world) = waiting.pop() {
        words.insert(world.visitor.word());
        world.check();
        if let Err(stuck) = world.clone().comes_to_rest() {
            panic!("a path does not end: {stuck}");
        }
        for step in world.moves() {
            let mut after = world.clone();
            after.go(step);
            if seen.insert(digest(&after)) {
                waiting.push(after);
            }
        }
    }
    (seen.len(), words)
}

const NONE: Budget = Budget { requests: 1, cuts: 0, drops: 0, declines: 0, returns: 0, steps: 0, repeats: 0 };

#[test]
fn every_path_with_agents_who_are_lost_ends() {
    let (states, words) = walk(Budget { drops: 1, steps: 1, ..NONE });
    println!("{states} states");
    for word in ["requested", "ringing", "briefing", "live", "wrap_up", "unavailable", "abandoned", "bot"] {
        assert!(words.contains(word), "{word} was never reached among {words:?}");
    }
}

#[test]
fn every_path_with_agents_who_give_cases_back_ends() {
    let (states, words) = walk(Budget { returns: 1, declines: 2, ..NONE });
    println!("{states} states");
    assert!(words.contains("queued"), "{words:?}");
}

#[test]
fn every_path_over_a_link_that_cuts_ends() {
    let (states, words) = walk(Budget { cuts: 1, steps: 1, ..NONE });
    println!("{states} states");
    assert!(words.contains("lost_link") && words.contains("callback_booked"), "{words:?}");
}

#[test]
fn every_path_over_a_link_that_repeats_ends() {
    let (states, _) = walk(Budget { repeats: 2, ..NONE });
    println!("{states} states");
}

#[test]
fn a_second_request_never_meets_the_first() {
    let (states, _) = walk(Budget { requests: 2, ..NONE });
    println!("{states} states");
}

/// The walk finds what it looks for: a visitor's machine that forgets to hold usher is caught.
#[test]
#[should_panic(expected = "usher is held in the wrong state")]
fn a_mistake_would_be_found() {
    let mut world = World::new(NONE);
    world.visitor = State::Live { agent: "anna".into(), mode: Mode::Text };
    world.check();
}
