//! A file of knowledge: sent, looked through, then taken in as a job or thrown away.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{chain, name_of, whole};
use crate::admin::jobs::Failed;
use crate::admin::{Progress, Unit};
use crate::base::secret::random_key;
use crate::base::worker::{Busy, Worker};
use crate::http::admin::fault::{Reply, unknown};
use crate::http::admin::upload::{FileName, KNOWLEDGE_BYTES_MAX, Upload};
use crate::http::admin::{Admin, Technician};
use crate::http::given::{Asked, Named};
use crate::knowledge::{EMBED_BATCH, Knowledge, KnowledgeError, Review};

/// Reviews that wait for a decision; the oldest goes first.
const REVIEWS_MAX: usize = 4;

/// How long one waits.
const KEPT: Duration = Duration::from_secs(3600);

/// How often and for how long a job tries again while visitors keep the knowledge busy.
const BUSY_PAUSE: Duration = Duration::from_millis(100);
const BUSY_TRIES: usize = 600;

struct Waiting {
    id: String,
    name: String,
    since: Instant,
    review: Arc<Review>,
}

/// What was looked through and not yet decided.
#[derive(Default)]
pub struct Reviews(Mutex<Vec<Waiting>>);

impl Reviews {
    fn keep(&self, name: String, review: Review) -> (String, Arc<Review>) {
        let (id, review) = (random_key(), Arc::new(review));
        let mut waiting = self.waiting();
        waiting.retain(|one| one.since.elapsed() < KEPT);
        if waiting.len() >= REVIEWS_MAX {
            waiting.remove(0);
        }
        waiting.push(Waiting { id: id.clone(), name, since: Instant::now(), review: review.clone() });
        (id, review)
    }

    fn find(&self, id: &str) -> Option<(String, Arc<Review>)> {
        let waiting = self.waiting();
        let one = waiting.iter().find(|one| one.id == id && one.since.elapsed() < KEPT)?;
        Some((one.name.clone(), one.review.clone()))
    }

    fn forget(&self, id: &str) -> bool {
        let mut waiting = self.waiting();
        let before = waiting.len();
        waiting.retain(|one| one.id != id);
        waiting.len() < before
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

pub async fn begin(
    State(admin): State<Arc<Admin>>,
    who: Technician,
    Asked(named): Asked<FileName>,
    body: Body,
) -> Reply<Json<Value>> {
    let upload = Upload::take(&admin.data, &named.name, body, KNOWLEDGE_BYTES_MAX).await?;
    let name = name_of(&upload.path);
    let review = admin.know(move |knowledge| knowledge.review(&upload.path)).await?;
    let (id, review) = admin.reviews.keep(name.clone(), review);
    admin.note(&who.person.name, "knowledge.review", &name).await;
    Ok(Json(described(&id, &review)))
}

pub async fn forget(State(admin): State<Arc<Admin>>, _who: Technician, Named(id): Named<String>) -> Reply<StatusCode> {
    if admin.reviews.forget(&id) { Ok(StatusCode::NO_CONTENT) } else { Err(gone()) }
}

pub async fn apply(State(admin): State<Arc<Admin>>, who: Technician, Named(id): Named<String>) -> Reply {
    let (name, review) = admin.reviews.find(&id).ok_or_else(gone)?;
    if !review.faults.is_empty() {
        return Err(KnowledgeError::Faulty(review.faults.len()).into());
    }
    let knowledge = admin.app.conversation.knowledge.clone();
    let work = move |progress: &Progress| take(&knowledge, &review, progress);
    let reply = admin.begin(&who.person.name, ("knowledge.import", Unit::Steps), &name, work).await?;
    admin.reviews.forget(&id);
    Ok(reply)
}

/// Takes a review in, then places its texts by meaning piece by piece: visitors' questions slip in between.
fn take(knowledge: &Worker<Knowledge>, review: &Arc<Review>, progress: &Progress) -> Result<Value, Failed> {
    progress.say("writing");
    let taken = review.clone();
    let done = patiently(knowledge, move |knowledge| knowledge.take(&taken))?;
    progress.say("placing by meaning");
    let mut left = patiently(knowledge, Knowledge::unplaced)?;
    let total = left.len();
    while !left.is_empty() && !progress.stop().is_requested() {
        progress.at((total - left.len()) as u64, Some(total as u64));
        let piece = Arc::new(left.take(EMBED_BATCH));
        patiently(knowledge, move |knowledge| knowledge.place(&piece))?;
    }
    progress.at((total - left.len()) as u64, Some(total as u64));
    patiently(knowledge, Knowledge::reread)?;
    Ok(
        json!({"items": done.items, "documents": done.documents, "passages": done.passages, "embedded": total - left.len()}),
    )
}

/// Waits for a place in the knowledge's queue as long as visitors fill it.
fn patiently<T: Send + 'static>(
    knowledge: &Worker<Knowledge>,
    work: impl Fn(&mut Knowledge) -> Result<T, KnowledgeError> + Clone + Send + 'static,
) -> Result<T, Failed> {
    let mut last = None;
    for _ in 0..BUSY_TRIES {
        let work = work.clone();
        match knowledge.call(move |knowledge, _| work(knowledge)) {
            Ok(pending) => return pending.wait().map_err(busy)?.value.map_err(failed),
            Err(full @ Busy::Full(_)) => last = Some(full),
            Err(error) => return Err(busy(error)),
        }
        std::thread::sleep(BUSY_PAUSE);
    }
    Err(busy(last.unwrap_or(Busy::Full("knowledge"))))
}

fn busy(error: Busy) -> Failed {
    Failed { message: error.to_string(), hint: "try again in a moment".into() }
}

fn failed(error: KnowledgeError) -> Failed {
    let hint = match &error {
        KnowledgeError::Changed => "send the file again and look at the differences",
        KnowledgeError::Embedding(_) | KnowledgeError::EmbedderBusy(_) => {
            "what was imported is kept and found by its words; import it again to place it by meaning"
        }
        _ => "nothing was imported; check the disk's space",
    };
    Failed { message: chain(error), hint: hint.into() }
}

fn described(id: &str, review: &Review) -> Value {
    let added: Vec<Value> = review
        .added
        .iter()
        .map(|item| json!({"id": item.id, "language": item.language, "after": whole(item)}))
        .collect();
    let changed: Vec<Value> = review
        .changed
        .iter()
        .map(|one| {
            let (before, after) = (&one.before, &one.after);
            json!({"id": after.id, "language": after.language, "before": whole(before), "after": whole(after)})
        })
        .collect();
    let documents: Vec<Value> = review
        .documents
        .iter()
        .map(|one| {
            json!({"name": one.name, "passages_before": one.passages_before, "passages_after": one.passages_after})
        })
        .collect();
    let faults: Vec<Value> =
        review.faults.iter().map(|fault| json!({"line": fault.line, "reason": fault.reason})).collect();
    // An import adds and replaces; it removes nothing.
    json!({
        "review": id, "added": added, "changed": changed, "same": review.same, "removed": [], "documents": documents,
        "faults": faults,
    })
}

fn gone() -> crate::http::admin::fault::Refusal {
    unknown("these differences are no longer here; send the file again")
}
