//! What a kiosk says, and what it is told in return.

use super::case::{Message, Owner, Stage};
use super::wire::Told;
use super::{Desk, Output};
use crate::handoff::lane::Taken;
use crate::handoff::state::Mode;
use crate::handoff::wire::{Down, Frame, Up, line};

impl Desk {
    pub(super) fn frame(&mut self, frame: Frame<Up>, at: String, now: u64, out: &mut Vec<Output>) {
        let Some(case) = self.cases.get_mut(&frame.case) else { return };
        case.heard = Some(now);
        let id = frame.case.clone();
        self.found_again(&id, out);
        let Some(case) = self.cases.get_mut(&id) else { return };
        let asks = matches!(frame.body, Up::Here);
        if !matches!(case.owner, Owner::Us) && frame.epoch > 0 {
            // What is said waits for an owner, unconfirmed; the place in the queue is told meanwhile.
            if asks {
                self.status(&id, out);
            }
            return;
        }
        if asks && frame.epoch == 0 && matches!(case.owner, Owner::Us) && !case.lane.is_whole() {
            // A kiosk that was started anew knows none of the numbers: they begin again with the next epoch.
            case.owner = Owner::Claiming;
            return out.push(Output::Claim { case: id });
        }
        let behind = frame.epoch != case.lane.epoch;
        let is_numbered = frame.seq > 0;
        if let Taken::New(body) = case.lane.take(frame) {
            if is_numbered {
                // Confirmed when it is kept.
                out.push(Output::Save { case: id.clone() });
            }
            self.said(&id, body, at, out);
        }
        if asks || behind {
            self.status(&id, out);
        }
    }

    /// Tells a kiosk where its case stands, and again what it has not acknowledged.
    pub(super) fn status(&mut self, id: &str, out: &mut Vec<Output>) {
        let Some(case) = self.cases.get_mut(id) else { return };
        let kiosk = case.kiosk.clone();
        if matches!(case.owner, Owner::Us) {
            out.extend(case.lane.again(id).into_iter().map(|frame| Output::ToKiosk { kiosk: kiosk.clone(), frame }));
        }
        let owns = matches!(case.owner, Owner::Us) || (self.is_leader && matches!(case.owner, Owner::Nobody));
        let body = match &case.stage {
            Stage::Waiting => {
                let (position, eta_seconds) = case.told.unwrap_or((1, None));
                Down::Queued { position, eta_seconds }
            }
            _ => Down::Here,
        };
        if owns {
            let frame = case.lane.say(id, body, true);
            out.push(Output::ToKiosk { kiosk, frame });
        }
    }

    fn said(&mut self, id: &str, body: Up, at: String, out: &mut Vec<Output>) {
        let Some(case) = self.cases.get_mut(id) else { return };
        let agent = match &case.stage {
            Stage::Briefing { agent, .. } | Stage::Live { agent } => agent.clone(),
            // A line to the person before, who was lost: the next one reads it.
            Stage::Waiting | Stage::Ringing { .. } => return self.keep_line(id, body, at, out),
            Stage::WrapUp { .. } | Stage::Closed { .. } => return,
        };
        let told = match body {
            Up::Here => return,
            // Said to an owner that kept it and died before it could confirm.
            Up::Message { id: message, .. } if case.messages.iter().any(|known| known.id == message) => return,
            Up::Message { id: message, text, .. } => {
                let message = Message { id: message, from: "visitor".into(), text: line(&text), at };
                case.typing = String::new();
                case.push(message.clone());
                out.push(Output::Save { case: id.into() });
                Told::Message { case: id.into(), message }
            }
            Up::Typing { text } => {
                case.typing = line(&text);
                Told::Typing { case: id.into(), text: case.typing.clone() }
            }
            Up::Signal { data } => Told::Signal { case: id.into(), data },
            Up::Media { mode } => {
                self.change_mode(id, mode, out);
                return;
            }
        };
        out.push(Output::ToAgent { agent, told });
    }

    fn keep_line(&mut self, id: &str, body: Up, at: String, out: &mut Vec<Output>) {
        let Some(case) = self.cases.get_mut(id) else { return };
        let Up::Message { id: message, text, .. } = body else { return };
        if case.messages.iter().all(|known| known.id != message) {
            case.push(Message { id: message, from: "visitor".into(), text: line(&text), at });
            out.push(Output::Save { case: id.into() });
        }
    }

    /// The medium that the visitor allows is the medium of the conversation.
    pub(super) fn change_mode(&mut self, id: &str, mode: Mode, out: &mut Vec<Output>) {
        let Some(case) = self.cases.get_mut(id) else { return };
        let Stage::Live { agent } = case.stage.clone() else { return };
        case.mode = mode;
        let display = self.display(&agent);
        self.tell_kiosk(id, Down::Live { agent: display, mode }, out);
        let told = Told::CaseState { case: id.into(), state: "live", mode, why: None };
        out.push(Output::ToAgent { agent, told });
    }
}
