//! The self-test: run, told, printed; and single devices tried on the kiosk's own page.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::fault::{Reply, unknown};
use super::{Admin, Technician, Viewer};
use crate::admin::Unit;
use crate::admin::jobs::Failed;
use crate::checks::{Header, Report, html};
use crate::domain::Language;
use crate::http::error::Fault;
use crate::http::given::{Asked, Given};
use crate::http::realtime::{Part, TryError};

/// Runs the whole self-test.
pub type Examine = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Report> + Send>> + Send + Sync>;

/// The last report.
#[derive(Clone, Default)]
pub struct LastReport(Arc<Mutex<Option<Report>>>);

impl LastReport {
    pub fn get(&self) -> Option<Report> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, report: Report) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(report);
    }
}

/// The report's own style stands in it; nothing else is let in.
const REPORT_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Try {
    part: Part,
}

pub async fn run(State(admin): State<Arc<Admin>>, who: Technician) -> Reply {
    let (examine, last) = (admin.examine.clone(), admin.report.clone());
    let runtime = tokio::runtime::Handle::current();
    admin
        .begin(&who.person.name, ("checks", Unit::Steps), "", move |_| {
            let report = runtime.block_on(examine());
            last.set(report.clone());
            Ok(json!(report))
        })
        .await
}

pub async fn show(State(admin): State<Arc<Admin>>, _who: Viewer) -> Json<Value> {
    Json(json!(admin.report.get()))
}

#[derive(Deserialize)]
pub struct Printed {
    language: Option<Language>,
}

pub async fn printed(State(admin): State<Arc<Admin>>, _who: Viewer, Asked(asked): Asked<Printed>) -> Reply {
    let report = admin.report.get().ok_or_else(|| unknown("no self-test was run since the start"))?;
    let terms = admin.app.terms();
    let language = asked.language.unwrap_or(Language::English);
    let header = Header {
        kiosk: terms.site.kiosk.get(language),
        site: terms.site.name.get(language),
        version: env!("CARGO_PKG_VERSION"),
    };
    Ok(with_own_style(html(&report, &header, language)))
}

/// A page that carries its style.
pub fn with_own_style(page: String) -> Response {
    ([(header::CONTENT_SECURITY_POLICY, REPORT_POLICY)], Html(page)).into_response()
}

/// One device, now.
pub async fn try_one(State(admin): State<Arc<Admin>>, who: Technician, Given(wanted): Given<Try>) -> Reply {
    let (testing, runtime) = (admin.app.testing.clone(), tokio::runtime::Handle::current());
    if testing.pages() == 0 {
        return Err(Fault {
            status: StatusCode::CONFLICT,
            kind: "no_kiosk_page",
            message: TryError::NoPage.to_string(),
            hint: "open the kiosk's page",
        }
        .into());
    }
    admin
        .begin(&who.person.name, ("try", Unit::Steps), "", move |_| {
            let brought = runtime.block_on(testing.ask(wanted.part)).map_err(|error| Failed {
                message: error.to_string(),
                hint: "the kiosk's page has to stand at its greeting".into(),
            })?;
            Ok(brought.told())
        })
        .await
}
