//! A human, always: how a visit passes to a person and back, so that nobody is left waiting for nobody.
//!
//! The kiosk's side (`state`, `visitor`, `kiosk`), the desk's (`desk`, `hub`), and between them `package`, `wire`, `lane` and the
//! links. Knows no page and no HTTP; text passes the privacy room before it is written.

mod accounts;
pub mod desk;
mod gaps;
mod held;
mod hub;
mod keeper;
mod kiosk;
mod lane;
pub mod links;
pub mod nats;
pub mod package;
mod rules;
mod running;
mod sealing;
pub mod sentences;
mod settings;
mod state;
mod visitor;
mod webhook;
pub mod wire;

pub use accounts::{AccountError, Accounts, put_agent, put_kiosk};
pub use gaps::{Gap, Gaps, GapsError};
pub use hub::{AGENT_EVENTS_MAX, Booked, Hub, KeepError, Keeper};
pub use keeper::{FileKeeper, JOBS_MAX};
pub use kiosk::{Kiosk, NotWritten};
pub use lane::{Lane, Taken};
pub use rules::{Rule, Watch};
pub use sealing::{SealedDesk, SealedOutbox, SealingError};
pub use settings::{Link as LinkSettings, Opening, Settings, Webhook};
pub use state::{Effect, Event, Mode, Nobody, Outcome, State, Withdrawn, next};
pub use visitor::{Handoff, News, Noticed, random_code};
pub use webhook::{Door, WebhookError};
