//! What the page is told of a hand-over: the whole state in one event, and what a person shows.

use axum::extract::ws::WebSocket;
use serde_json::{Value, json};

use super::response::Asked;
use super::session::{Gone, Session, send};
use super::wire;
use crate::domain::Language;
use crate::handoff::wire::{Shown, ShownKind};
use crate::handoff::{Handoff, Mode, State, random_code, sentences};

impl Session {
    pub(super) fn shown(&self, shown: &Shown) -> Value {
        let language = self.visit.language;
        let step_free = self.needs.iter().any(|need| need == "step_free");
        let map = self.app.showing.map().filter(|_| shown.kind == ShownKind::Map);
        if let Some(way) = map.and_then(|map| map.way(&shown.reference, language, step_free)) {
            let url = format!("/media/map/{}.{language}.svg?step_free={step_free}", shown.reference);
            return json!({
                "type": "usher.handoff.shown", "kind": shown.kind, "title": way.title, "text": way.text, "url": url,
                "alt": way.alt,
            });
        }
        json!({
            "type": "usher.handoff.shown", "kind": shown.kind, "title": shown.title, "text": shown.text, "url": null,
            "alt": shown.title,
        })
    }

    /// The page gets the whole state; what is to be said aloud waits until usher is quiet.
    pub(super) async fn tell_state(&mut self, socket: &mut WebSocket) -> Result<(), Gone> {
        let Some(handoff) = &mut self.handoff else { return Ok(()) };
        let state = handoff.state().clone();
        if !state.is_open() && !matches!(state, State::WrapUp { .. }) {
            handoff.finish().await;
        }
        let ended = matches!((self.last_state, state.word()), ("wrap_up", "bot"));
        let is_new = self.last_state != state.word();
        self.last_state = state.word();
        if self.aside.code.is_empty() {
            self.aside.code = random_code();
        }
        let event = self.described_handoff(&state);
        send(socket, &event).await?;
        if ended {
            self.aside.say = self.visit.last_answer().map(|(text, _)| text);
        } else if is_new && !state.holds_bot() && !matches!(state, State::WrapUp { .. } | State::Bot) {
            self.aside.say = Some(sentences::message(&state, self.visit.language));
        }
        self.say_aside(socket).await
    }

    /// Says what waits to be said, when usher is quiet and may speak.
    pub(super) async fn say_aside(&mut self, socket: &mut WebSocket) -> Result<(), Gone> {
        if self.held.is_some() || self.is_responding() {
            return Ok(());
        }
        match self.aside.say.take() {
            Some(text) => self.start(socket, Asked::Say { text, language: self.visit.language }).await,
            None => Ok(()),
        }
    }

    fn described_handoff(&self, state: &State) -> Value {
        let language = self.visit.language;
        let handoff = self.handoff.as_ref();
        let ticket = handoff.and_then(Handoff::ticket);
        let (position, eta) = match state {
            State::Queued { position, eta_seconds } => (Some(*position), *eta_seconds),
            _ => (None, None),
        };
        let agent = match state {
            State::Ringing { agent }
            | State::Briefing { agent }
            | State::Live { agent, .. }
            | State::LostLink { agent, .. }
            | State::WrapUp { agent, .. } => Some(json!({"name": agent})),
            _ => None,
        };
        let promises: &[String] = if let State::WrapUp { promises, .. } = state { promises } else { &[] };
        json!({
            "type": "usher.handoff",
            "state": state.word(),
            "rule": self.rule,
            "case": ticket.map(|ticket| ticket.0),
            "token": ticket.map(|ticket| ticket.2),
            "code": self.aside.code,
            "message": sentences::message(state, language),
            "position": position,
            "eta_seconds": eta,
            "agent": agent,
            "mode": handoff.map_or(Mode::Text, Handoff::mode),
            "offered": handoff.map_or(Mode::Text, Handoff::offered_mode),
            "bot": self.held.is_none(),
            "actions": self.actions(state),
            "sent": handoff.and_then(|handoff| self.sent(handoff, language)),
            "alternatives": self.alternatives(state, language),
            "reason": handoff.and_then(Handoff::reason),
            "promises": promises,
            "rated": self.aside.rating_is_given,
        })
    }

    fn actions(&self, state: &State) -> Vec<&'static str> {
        let is_unsent = self.handoff.as_ref().is_some_and(|handoff| handoff.unsent().is_some());
        state.actions().iter().copied().filter(|action| *action != "review" || is_unsent).collect()
    }

    fn sent(&self, handoff: &Handoff, language: Language) -> Option<Value> {
        handoff.ticket()?;
        let unsent = handoff.unsent();
        Some(json!({
            "sentence": sentences::what_is_sent(language),
            "lines": unsent.as_ref().map_or_else(Vec::new, |(package, _)| package.lines()),
            "release_in_ms": unsent.as_ref().map(|(_, left)| left.as_millis()),
            "released": unsent.is_none(),
            "withheld": unsent.as_ref().map_or_else(Vec::new, |(package, _)| package.withheld.clone()),
        }))
    }

    fn alternatives(&self, state: &State, language: Language) -> Option<Value> {
        if !matches!(state, State::Unavailable { .. } | State::CallbackBooked) {
            return None;
        }
        let need = self.visit.last_exchange().map(|last| crate::privacy::redact(&last.question).text);
        let now = self.app.conversation.clock.now();
        let text = format!(
            "usher {}\n{}\n{}\n{}\n{}",
            self.aside.code,
            self.app.terms().site.name.get(language),
            self.app.terms().site.kiosk.get(language),
            now.strftime("%Y-%m-%d %H:%M"),
            need.unwrap_or_default(),
        );
        Some(json!({
            "counter": wire::contact(&self.app.conversation.contact, language), "callback": true,
            "ticket": {"code": self.aside.code, "qr": wire::qr(&text)},
        }))
    }
}
