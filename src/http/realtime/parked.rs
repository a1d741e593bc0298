//! Visits whose page went away in the middle of a hand-over: a reload, a browser that starts again. The desk goes on hearing
//! that they are there until the page comes back or has been away too long.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::conversation::Visit;
use crate::handoff::{Event, Handoff, News, Withdrawn};

/// A page may be away so long; a browser starts in less.
const AWAY_MAX: Duration = Duration::from_secs(30);

type Parts = (Visit, Handoff);

/// By case: the page's token, and how the visit is asked for.
type Visits = HashMap<String, (String, oneshot::Sender<oneshot::Sender<Parts>>)>;

/// Every visit that waits for its page, by case.
#[derive(Default)]
pub struct Parked(Mutex<Visits>);

impl Parked {
    /// Keeps a visit with an open hand-over alive without its page.
    pub fn park(self: &std::sync::Arc<Self>, visit: Visit, handoff: Handoff) {
        let Some((case, _, token)) = handoff.ticket() else { return };
        let (case, token) = (case.to_string(), token.to_string());
        let (sender, wanted) = oneshot::channel();
        self.visits().insert(case.clone(), (token, sender));
        tokio::spawn(self.clone().wait(case, visit, handoff, wanted));
    }

    /// The visit of `case`, for the page that knows its token.
    pub async fn take(&self, case: &str, token: &str) -> Option<Parts> {
        let wanted = {
            let mut visits = self.visits();
            if visits.get(case).is_none_or(|(known, _)| known != token) {
                return None;
            }
            visits.remove(case)?.1
        };
        let (sender, parts) = oneshot::channel();
        wanted.send(sender).ok()?;
        parts.await.ok()
    }

    async fn wait(
        self: std::sync::Arc<Self>,
        case: String,
        visit: Visit,
        mut handoff: Handoff,
        mut wanted: oneshot::Receiver<oneshot::Sender<Parts>>,
    ) {
        let away = tokio::time::sleep(AWAY_MAX);
        tokio::pin!(away);
        loop {
            tokio::select! {
                asked = &mut wanted => {
                    if let Ok(sender) = asked {
                        let _ = sender.send((visit, handoff));
                    }
                    return;
                }
                () = &mut away => break,
                noticed = handoff.next() => {
                    if handoff.notice(noticed) == News::Release {
                        // Nobody is there to look at it: the words stay here.
                        handoff.review();
                    }
                }
            }
        }
        self.visits().remove(&case);
        handoff.event(Event::Left);
        handoff.withdraw(Withdrawn::Left).await;
        handoff.finish().await;
    }

    fn visits(&self) -> std::sync::MutexGuard<'_, Visits> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
