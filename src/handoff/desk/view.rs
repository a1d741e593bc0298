//! What agents see of the desk.

use super::case::{Case, Owner, Stage};
use super::wire::{Colleague, Row, Whole};
use super::{Agent, Desk};

impl Desk {
    /// The board as `agent` sees it, oldest first.
    pub fn board(&self, agent: &str, now: u64) -> (Vec<Row>, Vec<Colleague>) {
        let open = |case: &&Case| !matches!(case.stage, Stage::Closed { .. });
        let mut rows: Vec<Row> = self.cases.values().filter(open).map(|case| self.row(case, agent, now)).collect();
        rows.sort_by(|one, other| other.waited_ms.cmp(&one.waited_ms).then(one.case.cmp(&other.case)));
        let loads = self.loads();
        let colleague = |agent: &Agent| Colleague {
            name: agent.profile.name.clone(),
            display: agent.profile.display.clone(),
            state: agent.state,
            cases: loads.get(&agent.profile.name).map_or(0, |load| load.0),
        };
        (rows, self.agents.values().filter(|agent| agent.gone.is_none()).map(colleague).collect())
    }

    pub(super) fn row(&self, case: &Case, agent: &str, now: u64) -> Row {
        let package = &case.package;
        let is_elsewhere = matches!(case.owner, Owner::Other(_));
        let can = !is_elsewhere
            && self.agents.get(agent).is_some_and(|agent| agent.profile.languages.contains(&package.language));
        Row {
            case: package.case.clone(),
            code: package.code.clone(),
            state: if is_elsewhere { "elsewhere" } else { case.stage.word() },
            waited_ms: now.saturating_sub(case.since),
            language: package.language,
            topic: package.topic.clone(),
            rule: package.rule,
            mood: package.mood.as_ref().map_or_else(Vec::new, |mood| mood.signals.clone()),
            place: package.place.clone(),
            needs: package.needs.clone(),
            agent: case.stage.agent().map(str::to_string),
            mine: case.stage.agent().map_or(can, |has| has == agent),
        }
    }

    /// The whole of a case, for the agent who has it.
    pub(super) fn whole(&self, id: &str, now: u64) -> Whole {
        let case = &self.cases[id];
        Whole {
            id: id.into(),
            code: case.package.code.clone(),
            state: if case.lost { "lost_link" } else { case.stage.word() },
            waited_ms: now.saturating_sub(case.since),
            language: case.package.language,
            mode: case.mode,
            package: case.package.clone(),
            messages: case.messages.clone(),
            typing: case.typing.clone(),
        }
    }
}
