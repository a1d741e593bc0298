//! What listens where: the kiosk page, visitors' phones, technicians' own devices; and the order in which it all stops.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::certificate::{self, Certificate};
use super::{Ended, STOP_DEADLINE, golden, trial};
use crate::config::{Settings, Tls, TlsWord};
use crate::http::{self, App, Encryption, Pages};
use crate::telemetry::Notifier;
use crate::update::Updates;

/// Serves until SIGTERM, SIGINT or a technician's wish, then lets the turns and the job in hand end.
///
/// # Errors
/// When the kiosk's address cannot be listened on, or its certificate cannot be used.
pub(super) async fn listen(
    settings: &Settings,
    data: &Path,
    pages: Pages,
    updates: Option<Arc<Updates>>,
    notifier: Arc<Notifier>,
) -> anyhow::Result<Ended> {
    let app = pages.app.clone();
    let jobs = pages.admin.as_ref().map(|admin| admin.jobs.clone()).unwrap_or_default();
    let serving = serve_kiosk(settings, data, pages.clone()).await?;
    let golden = tokio::spawn(golden::prove_ready(app.clone(), notifier.clone()));
    let stopping = app.stopping.clone();
    let trial = tokio::spawn(trial::watch(app.clone(), updates));
    if let Some(address) = settings.phone.listen {
        serve_phones(address, app.clone()).await;
    }
    if let Some(address) = settings.serve.admin_listen
        && let Err(error) = serve_technicians(settings, data, address, pages)
    {
        let reason = format!("{error:#}");
        tracing::error!(reason, %address, "technicians' devices cannot reach this appliance; check [serve] admin_listen");
    }
    let ended = tokio::select! {
        stopped = stopped() => stopped.map(|()| Ended::Stopped)?,
        () = app.again.notified() => Ended::Again,
        Ok(true) = trial => Ended::Failed,
    };
    tracing::info!(?ended, "stopping");
    notifier.stopping();
    golden.abort();
    stopping.cancel();
    let job = tokio::task::spawn_blocking(move || jobs.close());
    match tokio::time::timeout(STOP_DEADLINE, serving).await {
        Ok(served) => served??,
        Err(_) => tracing::warn!("connections were still open after {STOP_DEADLINE:?}"),
    }
    if tokio::time::timeout(STOP_DEADLINE, job).await.is_err() {
        tracing::warn!("a job was still running after {STOP_DEADLINE:?}; what it had not finished is as it was");
    }
    Ok(ended)
}

/// Where technicians' own devices find the administration.
pub(super) fn admin_url(settings: &Settings, address: SocketAddr) -> String {
    let is_plain = address.ip().is_loopback() || settings.serve.tls == Some(Tls::Word(TlsWord::Off));
    let scheme = if is_plain { "http" } else { "https" };
    if address.ip().is_unspecified() {
        return format!("{scheme}://{}:{}/admin", certificate::host(), address.port());
    }
    format!("{scheme}://{address}/admin")
}

type Serving = tokio::task::JoinHandle<std::io::Result<()>>;

/// The kiosk page: plain on loopback; elsewhere over TLS where the site names it.
async fn serve_kiosk(settings: &Settings, data: &Path, pages: Pages) -> anyhow::Result<Serving> {
    let address = settings.serve.listen;
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("{address} cannot be listened on; is another usher running?"))?;
    let address = listener.local_addr()?;
    let site = &settings.site.id;
    let certificate = match &settings.serve.tls {
        Some(tls) => certificate::find(Some(tls), address, data)?,
        None => None,
    };
    let Some(certificate) = certificate else {
        tracing::info!(site, "kiosk page on http://{address}/");
        return Ok(tokio::spawn(http::serve(listener, pages)));
    };
    let config = encrypted(&certificate, &pages.app.stopping)?;
    tracing::info!(site, "kiosk page on https://{address}/");
    Ok(tokio::spawn(http::serve_tls(listener.into_std()?, config, pages)))
}

/// Administration and desk for technicians' own devices.
fn serve_technicians(settings: &Settings, data: &Path, address: SocketAddr, pages: Pages) -> anyhow::Result<()> {
    let listener = std::net::TcpListener::bind(address).with_context(|| format!("{address} cannot be listened on"))?;
    listener.set_nonblocking(true)?;
    let certificate = certificate::find(settings.serve.tls.as_ref(), address, data)?;
    let config = certificate.map(|certificate| encrypted(&certificate, &pages.app.stopping)).transpose()?;
    tracing::info!("administration on {}", admin_url(settings, listener.local_addr()?));
    let serving = http::serve_technicians(listener, config, pages);
    tokio::spawn(async move {
        if let Err(error) = serving.await {
            tracing::error!(%error, "technicians' devices are no longer served; restart usher");
        }
    });
    Ok(())
}

/// The certificate, and the watch that renews it while the appliance runs.
fn encrypted(certificate: &Certificate, stopping: &CancellationToken) -> anyhow::Result<Encryption> {
    let Certificate { chain, key, .. } = certificate;
    let config = http::tls(chain, key)
        .with_context(|| format!("the certificate {} cannot be used; check [serve] tls", chain.display()))?;
    tokio::spawn(renew(certificate.clone(), config.clone(), stopping.clone()));
    Ok(config)
}

async fn renew(certificate: Certificate, config: Encryption, stopping: CancellationToken) {
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(certificate::LOOK_EVERY) => {}
        }
        let renewed = certificate.renew(jiff::Zoned::now().date()).and_then(|is_new| {
            if is_new { Ok(http::renew_tls(&config, &certificate.chain, &certificate.key)?) } else { Ok(()) }
        });
        if let Err(error) = renewed {
            let reason = format!("{error:#}");
            tracing::error!(reason, "the certificate could not be renewed; the one before serves until it ends");
        }
    }
}

/// The phones' own listener. An address that cannot be used is told; the kiosk serves without it.
async fn serve_phones(address: SocketAddr, app: Arc<App>) {
    match TcpListener::bind(address).await {
        Ok(listener) => {
            tracing::info!(%address, "phones may fetch answers");
            tokio::spawn(http::serve_phones(listener, app));
        }
        Err(error) => tracing::error!(%error, %address, "phones cannot fetch answers; check [phone] listen"),
    }
}

/// Waits for SIGTERM or SIGINT.
///
/// # Errors
/// When the system does not deliver signals.
pub(super) async fn stopped() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
