//! The visitor's socket during a hand-over: what the page may say, what it is told, and how usher is held meanwhile.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use axum::extract::ws::WebSocket;
use serde_json::{Value, json};

use super::response::Asked;
use super::session::{Gone, Session, send};
use super::sound::Sound;
use super::wire::{self, HandoffSaid};
use crate::conversation::{Sentence, Visit};
use crate::handoff::package::{Mood, Origin};
use crate::handoff::wire::{Callback, Up, line};
use crate::handoff::{Effect, Event, Handoff, Mode, News, Outcome, Rule, State, Withdrawn, random_code, sentences};
use crate::http::App;
use crate::privacy::profile::Feature;
use crate::telemetry::HandoverEnd;

/// A closed page is noticed within this.
const PARKED_WITHIN: Duration = Duration::from_secs(3);

/// A request for a person waits no longer for the knowledge's edition.
const EDITION_WITHIN: Duration = Duration::from_millis(100);

/// Longest name or telephone number that is taken for a call back, characters.
const CONTACT_CHARS_MAX: usize = 60;

/// What usher was doing when a person took over; it comes back as it was.
pub struct Held {
    /// The answer that was cut off.
    asked: Option<Asked>,
    waiting: Option<Asked>,
}

/// What the page is shown beside the state.
#[derive(Default)]
pub struct Aside {
    /// The last request's case and code: a ticket and a booked call name them after it has ended.
    case: String,
    pub(super) code: String,
    booking: Option<Callback>,
    /// What is to be said aloud when usher is quiet.
    pub(super) say: Option<String>,
    pub(super) rating_is_given: bool,
}

impl Session {
    /// A rule fired. Does nothing where the site has no desk: the contact card is the answer then.
    pub(super) async fn fire(&mut self, socket: &mut WebSocket, rule: Rule) -> Result<(), Gone> {
        let shut = self.shut();
        let Some(handoff) = &mut self.handoff else { return Ok(()) };
        tracing::info!(visit.id = self.visit.id, rule = rule.word(), "a rule asks for a person");
        let effects = handoff.event(Event::Fired { rule, shut });
        self.rule = rule;
        self.carry_out(socket, effects).await?;
        self.tell_state(socket).await
    }

    fn shut(&self) -> Option<crate::handoff::Nobody> {
        let now = self.app.conversation.clock.now();
        self.handoff.as_ref().and_then(|handoff| handoff.kiosk().shut(self.visit.language, now))
    }

    /// Something of the desk, or of time.
    pub(super) async fn handoff_news(&mut self, socket: &mut WebSocket, news: News) -> Result<(), Gone> {
        let event = match news {
            News::Nothing => return Ok(()),
            News::Changed(effects) => {
                self.carry_out(socket, effects).await?;
                return self.tell_state(socket).await;
            }
            News::Release => return self.release(socket, &[]).await,
            News::Message { id, text, at } => {
                json!({"type": "usher.handoff.message", "id": id, "from": "agent", "text": text, "at": at})
            }
            News::Typing { text } => json!({"type": "usher.handoff.typing", "text": text}),
            News::Signal { data } => json!({"type": "usher.handoff.signal", "data": data}),
            News::Pointer { x, y } => json!({"type": "usher.handoff.pointer", "x": x, "y": y}),
            News::Shown(shown) => self.shown(&shown),
        };
        send(socket, &event).await
    }

    /// What the page says about a hand-over.
    pub(super) async fn handoff_said(&mut self, socket: &mut WebSocket, said: HandoffSaid) -> Result<(), Gone> {
        let shut = self.shut();
        let Some(handoff) = &mut self.handoff else {
            let fault = self.fault("no_desk", "this site has no desk; see [handoff] in its file");
            return send(socket, &fault).await;
        };
        let event = match said {
            HandoffSaid::Accept => Event::Accepted { shut },
            HandoffSaid::Decline => {
                if let Some(rule) = handoff.offered() {
                    handoff.watch.declined(rule);
                }
                Event::Declined
            }
            HandoffSaid::Cancel => Event::Cancelled,
            HandoffSaid::HangUp => Event::HungUp,
            HandoffSaid::Ticket | HandoffSaid::Done => Event::Done,
            HandoffSaid::Review => {
                handoff.review();
                return self.tell_state(socket).await;
            }
            HandoffSaid::Release { struck } => return self.release(socket, &struck).await,
            HandoffSaid::Message { text } => return self.write_line(socket, text).await,
            HandoffSaid::Typing { text } => return self.passing(Up::Typing { text: line(&text) }),
            HandoffSaid::Signal { data } => return self.passing(Up::Signal { data }),
            HandoffSaid::Media { mode } => return self.passing(Up::Media { mode }),
            HandoffSaid::Callback { name, phone } => match self.callback(&name, &phone) {
                Some(callback) => {
                    self.aside.booking = Some(callback);
                    Event::Callback
                }
                None => {
                    return send(socket, &self.fault("invalid_phone", "a telephone number has 5 to 20 digits")).await;
                }
            },
            HandoffSaid::Rate { stars } => return self.rate(socket, stars).await,
            HandoffSaid::Resume { case, token } => return self.resume(socket, &case, &token).await,
        };
        self.step(socket, event).await
    }

    async fn step(&mut self, socket: &mut WebSocket, event: Event) -> Result<(), Gone> {
        let Some(handoff) = &mut self.handoff else { return Ok(()) };
        let effects = handoff.event(event);
        self.carry_out(socket, effects).await?;
        self.tell_state(socket).await
    }

    fn passing(&mut self, body: Up) -> Result<(), Gone> {
        if let Some(handoff) = &mut self.handoff {
            handoff.say(body);
        }
        Ok(())
    }

    async fn write_line(&mut self, socket: &mut WebSocket, text: String) -> Result<(), Gone> {
        let (text, at) = (line(&text), jiff::Timestamp::now().to_string());
        let Some(handoff) = self.handoff.as_mut().filter(|_| !text.trim().is_empty()) else { return Ok(()) };
        match handoff.write(text.clone(), at.clone()) {
            Some(id) => {
                let event =
                    json!({"type": "usher.handoff.message", "id": id, "from": "visitor", "text": text, "at": at});
                send(socket, &event).await
            }
            None => send(socket, &self.fault("nobody_listens", "no person is on")).await,
        }
    }

    /// Lets the words go to the person. They stay here while the page does not say what happens to them.
    async fn release(&mut self, socket: &mut WebSocket, struck: &[String]) -> Result<(), Gone> {
        let may_start = self.may_start(Feature::PersonTranscript);
        let Some(handoff) = &mut self.handoff else { return Ok(()) };
        if let Err(missing) = may_start {
            handoff.review();
            return send(socket, &self.unnoticed(&missing)).await;
        }
        if let Err(error) = handoff.release(struck).await {
            tracing::error!(%error, "a person will see a request without its words");
        }
        self.tell_state(socket).await
    }

    fn callback(&self, name: &str, phone: &str) -> Option<Callback> {
        let digits = phone.chars().filter(char::is_ascii_digit).count();
        if !(5..=20).contains(&digits) || phone.chars().count() > CONTACT_CHARS_MAX {
            return None;
        }
        let need = self.visit.last_exchange().map(|last| crate::privacy::redact(&last.question).text);
        Some(Callback {
            name: name.chars().take(CONTACT_CHARS_MAX).collect(),
            phone: phone.into(),
            language: self.visit.language,
            need: need.unwrap_or_default(),
            code: self.aside.code.clone(),
        })
    }

    async fn rate(&mut self, socket: &mut WebSocket, stars: u8) -> Result<(), Gone> {
        let Some(handoff) = self.handoff.as_mut().filter(|handoff| matches!(handoff.state(), State::WrapUp { .. }))
        else {
            return Ok(());
        };
        if let Err(error) = handoff.rate(stars).await {
            tracing::warn!(%error, "a rating is lost");
        }
        self.aside.rating_is_given = true;
        self.tell_state(socket).await
    }

    /// The page comes back to its hand-over: after a reload, or after a restart of this program.
    async fn resume(&mut self, socket: &mut WebSocket, case: &str, token: &str) -> Result<(), Gone> {
        if let Some((visit, handoff)) = parked(&self.app.clone(), case, token).await {
            self.visit = visit;
            self.handoff = Some(handoff);
        } else if let Some(handoff) = &mut self.handoff
            && matches!(handoff.state(), State::Bot)
            && !handoff.kiosk().is_attended(case)
        {
            handoff.resume(case, token).await;
        }
        if let Some((case, code, _)) = self.handoff.as_ref().and_then(Handoff::ticket) {
            (self.aside.case, self.aside.code) = (case.into(), code.into());
        }
        if self.handoff.as_ref().is_some_and(|handoff| handoff.state().holds_bot()) {
            self.hold(socket).await?;
            // A page that was loaded anew has nobody's leave to use microphone and camera.
            self.passing(Up::Media { mode: Mode::Text })?;
        }
        self.tell_state(socket).await
    }

    /// Does what a step of the state asks for, in its order.
    pub(super) async fn carry_out(&mut self, socket: &mut WebSocket, effects: Vec<Effect>) -> Result<(), Gone> {
        for effect in effects {
            match effect {
                Effect::Request => self.request().await,
                Effect::Withdraw(why) => self.withdraw(why).await,
                Effect::BookCallback => self.book().await,
                Effect::HoldBot => self.hold(socket).await?,
                Effect::ReleaseBot { resume } => self.give_back(socket, resume).await?,
                Effect::MarkHumanEnded => self.mark_ended(),
                // The socket ends with the visit, and what it holds with it.
                Effect::Forget => {}
            }
        }
        Ok(())
    }

    async fn request(&mut self) {
        self.visit_turn += 1;
        let key = format!("{}-{}", self.visit.id, self.visit_turn);
        let versions = versions(&self.app.clone()).await;
        let origin = self.origin(key, versions);
        (self.aside.case, self.aside.code) = (origin.case.clone(), origin.code.clone());
        self.aside.rating_is_given = false;
        let Some(handoff) = &mut self.handoff else { return };
        match handoff.request(origin, &self.visit.exchanges()).await {
            Ok(()) => self.app.telemetry.asked_for_person(),
            Err(error) => {
                tracing::error!(%error, "a person was asked for and the request could not be written");
                handoff.event(Event::NotStored);
            }
        }
    }

    fn origin(&self, key: String, versions: BTreeMap<String, String>) -> Origin {
        let language = self.visit.language;
        let kiosk = self.handoff.as_ref().map_or_else(String::new, |handoff| handoff.kiosk().name.clone());
        let mood = &self.mood;
        Origin {
            case: format!("{kiosk}-{key}"),
            key,
            code: random_code(),
            site: self.app.terms().site.id.clone(),
            kiosk,
            place: self.app.terms().site.kiosk.get(language).to_string(),
            language,
            needs: self.needs.clone(),
            rule: self.rule,
            topic: self.topic(),
            asked_at: jiff::Timestamp::now().to_string(),
            versions,
            mood: (!mood.signals.is_empty()).then(|| Mood {
                frustration: mood.frustration,
                signals: mood.signals.iter().map(|signal| (*signal).to_string()).collect(),
            }),
        }
    }

    /// The site's topic of the newest answer that has one: agents with its skill are called first.
    fn topic(&self) -> Option<String> {
        let terms = self.app.terms();
        let of = |item: &str| terms.site.topics.iter().find(|topic| topic.items.iter().any(|known| known == item));
        let exchanges = self.visit.exchanges();
        let mut sources = exchanges.iter().rev().flat_map(|told| &told.sources);
        sources.find_map(|source| of(&source.document)).map(|topic| topic.id.clone())
    }

    async fn withdraw(&mut self, why: Withdrawn) {
        if let Some(handoff) = &mut self.handoff {
            handoff.withdraw(why).await;
            self.app.telemetry.metrics.handover_ended(HandoverEnd::Withdrawn);
        }
    }

    async fn book(&mut self) {
        let (Some(callback), Some(handoff)) = (self.aside.booking.take(), &mut self.handoff) else { return };
        let case = if self.aside.case.is_empty() { self.visit.id.clone() } else { self.aside.case.clone() };
        if let Err(error) = handoff.book(&case, callback).await {
            tracing::error!(%error, "a call back could not be booked");
            handoff.event(Event::NotStored);
        }
    }

    /// usher stops: answer, voice, ears.
    async fn hold(&mut self, socket: &mut WebSocket) -> Result<(), Gone> {
        let asked = self.current_asked().filter(|asked| !matches!(asked, Asked::Say { .. }));
        self.held = Some(Held { asked, waiting: self.waiting.take() });
        self.aside.say = None;
        self.sound.iter_mut().for_each(Sound::unwatch);
        self.cancel(socket).await
    }

    /// usher goes on as it was.
    async fn give_back(&mut self, socket: &mut WebSocket, resume: bool) -> Result<(), Gone> {
        let Some(held) = self.held.take() else { return Ok(()) };
        self.waiting = held.waiting;
        match held.asked.filter(|_| resume) {
            Some(asked) => self.start(socket, asked).await,
            None => Ok(()),
        }
    }

    fn mark_ended(&mut self) {
        if let Some(State::WrapUp { promises, outcome, .. }) = self.handoff.as_ref().map(Handoff::state) {
            self.app.telemetry.metrics.handover_ended(match outcome {
                Outcome::Solved => HandoverEnd::Solved,
                Outcome::Unsolved => HandoverEnd::Unsolved,
                Outcome::Referred => HandoverEnd::Referred,
                Outcome::VisitorLeft => HandoverEnd::VisitorLeft,
            });
            let agreed = sentences::after(promises, self.visit.language);
            self.visit.human_ended(&agreed);
            self.aside.say = None;
        }
    }

    /// Refuses what is for usher while a person is on.
    pub(super) fn is_held(&self) -> bool {
        self.held.is_some()
    }

    pub(super) fn held_fault(&self) -> Value {
        let text = "a person is talking with the visitor";
        wire::error("invalid_request_error", "held", text, Sentence::Held, self.visit.language)
    }
}

/// What answered: program, models, and the edition of the knowledge, when it can be asked at once.
async fn versions(app: &App) -> BTreeMap<String, String> {
    let conversation = &app.conversation;
    let mut versions: BTreeMap<String, String> =
        conversation.engines.names.list().into_iter().map(|(role, name)| (role.to_string(), name)).collect();
    versions.insert("usher".into(), env!("CARGO_PKG_VERSION").into());
    let asked = conversation.knowledge.call(|knowledge, _| knowledge.edition());
    let answered = match asked {
        Ok(pending) => tokio::time::timeout(EDITION_WITHIN, pending).await.ok().and_then(Result::ok),
        Err(_) => None,
    };
    if let Some(Ok(edition)) = answered.map(|done| done.value) {
        versions.insert("knowledge".into(), edition);
    }
    versions
}

/// The visit that waits for this page. The page before it may not have been noticed to be gone yet: its visit is waited for.
async fn parked(app: &App, case: &str, token: &str) -> Option<(Visit, Handoff)> {
    let kiosk = app.kiosk.as_ref()?;
    let until = Instant::now() + PARKED_WITHIN;
    loop {
        if let Some(parts) = app.parked.take(case, token).await {
            return Some(parts);
        }
        if !kiosk.is_attended(case) || Instant::now() >= until {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
