//! How a kiosk reaches people, as a technician sets it.

use std::path::{Path, PathBuf};

use jiff::civil::{DateTime, Weekday};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The `[handoff]` part of a site file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// This kiosk's name at the desk, unique there; the site's id and `-1` when left out.
    pub kiosk: Option<String>,
    /// Where the people are.
    pub desk: Link,
    /// When they are there; left out: whenever somebody is logged in.
    pub hours: Vec<Opening>,
    /// A signed webhook of another desk product.
    pub webhook: Option<Webhook>,
}

/// The way to the desk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "link", rename_all = "lowercase", deny_unknown_fields)]
pub enum Link {
    /// The contact card alone.
    Off,
    /// The desk inside this program, at `/desk`.
    #[default]
    Local,
    /// Another usher's desk (`usher desk`).
    Websocket {
        /// `wss://HOST:PORT/api/desk/kiosk`, or `ws://` on the loopback.
        url: String,
        /// File with this kiosk's device key, from `usher desk kiosk add`.
        key: PathBuf,
        /// Certificate that the desk must show, PEM, when no public authority signed it.
        certificate: Option<PathBuf>,
    },
    /// Desks that share one queue over NATS JetStream.
    Nats {
        /// `nats://` or `tls://` address.
        url: String,
        /// NATS credentials file.
        credentials: Option<PathBuf>,
    },
}

/// Hours on some days, in the site's time zone. `to` at or before `from` ends on the next day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`.
    pub days: Vec<Day>,
    /// `HH:MM`.
    pub from: String,
    pub to: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// Another desk product that is told by HTTP and answers to `/api/desk/webhook`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    pub url: String,
    /// File with the secret that signs both ways.
    pub secret: PathBuf,
    /// The name visitors read for its people.
    pub display: String,
    /// Languages its people speak.
    pub languages: Vec<crate::domain::Language>,
}

impl Settings {
    /// Whether the people are at work at `now`, the site's wall clock.
    pub fn is_open(&self, now: DateTime) -> bool {
        self.hours.is_empty() || self.hours.iter().any(|opening| opening.covers(now))
    }

    /// The same with its files found beside `file`, the configuration that names them.
    pub fn beside(mut self, file: &Path) -> Self {
        let folder = file.parent().unwrap_or(Path::new("."));
        let find = |path: &mut PathBuf| *path = folder.join(&*path);
        match &mut self.desk {
            Link::Websocket { key, certificate, .. } => {
                find(key);
                certificate.iter_mut().for_each(find);
            }
            Link::Nats { credentials, .. } => credentials.iter_mut().for_each(find),
            Link::Off | Link::Local => {}
        }
        if let Some(webhook) = &mut self.webhook {
            find(&mut webhook.secret);
        }
        self
    }

    /// # Errors
    /// The field and what is wrong with it.
    pub fn check(&self) -> Result<(), (String, String)> {
        for (index, opening) in self.hours.iter().enumerate() {
            for (name, text) in [("from", &opening.from), ("to", &opening.to)] {
                if minutes(text).is_none() {
                    return Err((
                        format!("handoff.hours.{index}.{name}"),
                        format!("'{text}' is not a time like 08:30"),
                    ));
                }
            }
        }
        match &self.desk {
            Link::Websocket { url, .. } if !is_safe_address(url) => Err((
                "handoff.desk.url".into(),
                format!(
                    "'{url}' is neither wss:// nor ws:// on the loopback; visitors' words must not travel in the clear"
                ),
            )),
            Link::Nats { url, .. } if !(url.starts_with("tls://") || is_loopback(url, "nats://")) => Err((
                "handoff.desk.url".into(),
                format!(
                    "'{url}' is neither tls:// nor nats:// on the loopback; visitors' words must not travel in the clear"
                ),
            )),
            _ => Ok(()),
        }
    }
}

fn is_safe_address(url: &str) -> bool {
    url.starts_with("wss://") || is_loopback(url, "ws://")
}

fn is_loopback(url: &str, scheme: &str) -> bool {
    let host = url.strip_prefix(scheme).map(|rest| rest.split(['/', ':']).next().unwrap_or_default());
    matches!(host, Some("127.0.0.1" | "localhost"))
}

impl Opening {
    fn covers(&self, now: DateTime) -> bool {
        let (Some(from), Some(to)) = (minutes(&self.from), minutes(&self.to)) else { return false };
        let minute = u16::from(now.hour().unsigned_abs()) * 60 + u16::from(now.minute().unsigned_abs());
        let (today, yesterday) = (Day::of(now.weekday()), Day::of(now.weekday().previous()));
        if from < to {
            return self.days.contains(&today) && (from..to).contains(&minute);
        }
        (self.days.contains(&today) && minute >= from) || (self.days.contains(&yesterday) && minute < to)
    }
}

impl Day {
    fn of(weekday: Weekday) -> Self {
        match weekday {
            Weekday::Monday => Self::Mon,
            Weekday::Tuesday => Self::Tue,
            Weekday::Wednesday => Self::Wed,
            Weekday::Thursday => Self::Thu,
            Weekday::Friday => Self::Fri,
            Weekday::Saturday => Self::Sat,
            Weekday::Sunday => Self::Sun,
        }
    }
}

/// `HH:MM` as minutes of the day; `24:00` is its end.
fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= 24 * 60).then_some(total)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn hours_may_pass_midnight() {
        let night = Opening { days: vec![Day::Fri], from: "22:00".into(), to: "02:00".into() };
        let settings = Settings { hours: vec![night], ..Settings::default() };
        // 2026-11-20 is a Friday.
        assert!(settings.is_open(date(2026, 11, 20).at(23, 0, 0, 0)));
        assert!(settings.is_open(date(2026, 11, 21).at(1, 59, 0, 0)));
        assert!(!settings.is_open(date(2026, 11, 21).at(2, 0, 0, 0)));
        assert!(!settings.is_open(date(2026, 11, 20).at(1, 0, 0, 0)));
    }

    #[test]
    fn words_travel_in_the_clear_on_the_loopback_only() {
        let at = |url: &str| Settings {
            desk: Link::Websocket { url: url.into(), key: "key".into(), certificate: None },
            ..Settings::default()
        };
        assert!(at("wss://desk.example/api/desk/kiosk").check().is_ok());
        assert!(at("ws://127.0.0.1:9000/api/desk/kiosk").check().is_ok());
        assert!(at("ws://desk.example/api/desk/kiosk").check().is_err());
    }
}
