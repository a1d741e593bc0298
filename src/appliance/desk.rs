//! `usher desk`: a desk for kiosks elsewhere. It answers no visitor and loads no model but the one that searches.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::listening::stopped;
use super::{QUEUE_MAX, STOP_DEADLINE, folder_of, open_embedder, open_knowledge, open_map, people};
use crate::base::worker::Worker;
use crate::config::Settings;
use crate::http;

/// Where and how the desk listens.
pub struct DeskServer {
    pub listen: SocketAddr,
    pub tls: bool,
    /// Certificate and key of the site's own.
    pub own: Option<(PathBuf, PathBuf)>,
}

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// When the address cannot be listened on, the certificate cannot be used, or the desk's file cannot be opened.
pub fn serve_desk(settings: &Settings, data: &Path, site_named: bool, server: &DeskServer) -> anyhow::Result<()> {
    let _data = super::take_data(settings, data)?;
    let knowledge = open_knowledge(settings, data, site_named, open_embedder(data)?)?;
    let knowledge = Arc::new(Worker::start("knowledge", QUEUE_MAX, knowledge));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let stopping = CancellationToken::new();
        let (desk, _) =
            people::open_desk(settings, data, (knowledge, open_map(settings)), server.tls, &stopping).await?;
        let address = server.listen;
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("{address} cannot be listened on; is another usher running?"))?;
        let address = listener.local_addr()?;
        let scheme = if server.tls { "https" } else { "http" };
        let serving = match certificate(settings, data, server)? {
            None => tokio::spawn(http::serve_desk(listener, desk, stopping.clone())),
            Some((chain, key)) => {
                let config = http::tls(&chain, &key)
                    .with_context(|| format!("the certificate {} cannot be used", chain.display()))?;
                tokio::spawn(http::serve_desk_tls(listener.into_std()?, config, desk, stopping.clone()))
            }
        };
        tracing::info!(site = settings.site.id, "desk on {scheme}://{address}/desk");
        stopped().await?;
        tracing::info!("stopping");
        stopping.cancel();
        match tokio::time::timeout(STOP_DEADLINE, serving).await {
            Ok(served) => served??,
            Err(_) => tracing::warn!("connections were still open after {STOP_DEADLINE:?}"),
        }
        Ok(())
    })
}

/// The certificate to serve with; one is made for this machine when the site brings none.
fn certificate(settings: &Settings, data: &Path, server: &DeskServer) -> anyhow::Result<Option<(PathBuf, PathBuf)>> {
    if !server.tls {
        return Ok(None);
    }
    if let Some(own) = &server.own {
        return Ok(Some(own.clone()));
    }
    let folder = folder_of(settings, data);
    let (chain, key) = (folder.join("desk.crt"), folder.join("desk.key"));
    if !chain.exists() || !key.exists() {
        let names = vec!["localhost".to_string(), server.listen.ip().to_string()];
        let made = rcgen::generate_simple_self_signed(names).context("a certificate could not be made")?;
        super::write_secret(&key, &made.signing_key.serialize_pem())?;
        std::fs::write(&chain, made.cert.pem()).with_context(|| format!("{} cannot be written", chain.display()))?;
        tracing::info!("made a certificate: kiosks need a copy of {}", chain.display());
    }
    Ok(Some((chain, key)))
}
