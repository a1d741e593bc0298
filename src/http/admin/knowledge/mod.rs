//! What the site knows, looked through and changed while visitors are served.

pub mod items;
pub mod lists;
pub mod review;

use std::path::Path;

use serde_json::{Value, json};

use super::Admin;
use super::fault::{Refusal, invalid, of_store};
use crate::base::worker::Busy;
use crate::domain::{Item, Language};
use crate::http::error::Fault;
use crate::knowledge::{Knowledge, KnowledgeError};

impl Admin {
    /// Does `work` on the knowledge's own thread.
    ///
    /// # Errors
    /// A refusal that says what is wrong.
    async fn know<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Knowledge) -> Result<T, KnowledgeError> + Send + 'static,
    ) -> Result<T, Refusal> {
        let pending = self.app.conversation.knowledge.call(move |knowledge, _| work(knowledge))?;
        Ok(pending.await?.value?)
    }
}

impl From<KnowledgeError> for Refusal {
    fn from(error: KnowledgeError) -> Self {
        use axum::http::StatusCode;
        match &error {
            KnowledgeError::EmbedderBusy(busy @ Busy::Full(_)) => return (*busy).into(),
            KnowledgeError::Item(_)
            | KnowledgeError::Faulty(_)
            | KnowledgeError::Line { .. }
            | KnowledgeError::File { .. }
            | KnowledgeError::TooMuch { .. } => return invalid(error.to_string()),
            KnowledgeError::Changed => {
                let hint = "send the file again and look at the differences";
                return Fault { status: StatusCode::CONFLICT, kind: "changed", message: error.to_string(), hint }
                    .into();
            }
            _ => {}
        }
        let (status, kind, hint) = match &error {
            KnowledgeError::Store(error) => of_store(error),
            _ => (StatusCode::INTERNAL_SERVER_ERROR, "failed", "check the disk's space, then run `usher doctor`"),
        };
        let reason = chain(error);
        tracing::error!(reason, "the knowledge could not do what was asked");
        Fault { status, kind, message: reason, hint }.into()
    }
}

/// An error with all that led to it.
pub fn chain(error: impl std::error::Error + Send + Sync + 'static) -> String {
    format!("{:#}", anyhow::Error::from(error))
}

/// A whole item as the page reads and writes it.
fn whole(item: &Item) -> Value {
    let facts = json!({"place": item.place, "hours": item.hours, "fees": item.fees});
    json!({
        "id": item.id, "language": item.language, "questions": item.questions, "answer": item.answer, "tags": item.tags,
        "valid_from": item.valid_from.map(|date| date.to_string()),
        "valid_until": item.valid_until.map(|date| date.to_string()),
        "media": item.media, "facts": facts,
    })
}

/// A row of the list: the first phrasing alone.
fn short(item: &Item) -> Value {
    let mut row = whole(item);
    if let Some(fields) = row.as_object_mut() {
        fields.remove("questions");
        fields.remove("facts");
        fields.insert("question".into(), json!(item.questions.first()));
    }
    row
}

fn language(code: &str) -> Result<Language, Refusal> {
    code.parse().map_err(invalid)
}

/// The name of a file without its folder, for the audit log.
fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
