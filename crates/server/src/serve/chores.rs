//! What runs beside the acceptors and may be dropped at any time.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::task::JoinSet;
use trivium_api::Api;
use trivium_transport::cert::Certificates;

use crate::{
    config::{Config, http::Tls},
    secrets, tokens,
};

/// How often it is looked whether certificate files have changed.
const RENEWAL_CHECK: Duration = Duration::from_mins(1);

/// Starts them: rooms that wait for a deadline, keys and certificates that change, the operator's token.
pub(super) fn start(
    config: &Config,
    api: &Arc<Api>,
    from_files: Vec<(Tls, Certificates)>,
    webtransport: Option<Certificates>,
) -> JoinSet<()> {
    let mut chores = JoinSet::new();
    let runtime = api.runtime.clone();
    chores.spawn(async move {
        match runtime.wake_open_rooms().await {
            Ok(rooms) => tracing::debug!(rooms, "open rooms are awake"),
            Err(error) => tracing::warn!(%error, "open rooms sleep until somebody comes"),
        }
    });
    if let (Some(jwks), Some(config)) = (api.authenticator.jwks().cloned(), &config.auth.jwks) {
        let refresh = config.refresh;
        chores.spawn(async move { jwks.keep_fresh(refresh).await });
    }
    if config.auth.operator_tokens() {
        chores.spawn(renew_operator_token(Arc::clone(api), config.data.clone()));
    }
    for (files, certificates) in from_files {
        chores.spawn(renew_certificates(files, certificates));
    }
    if let Some(certificates) = webtransport {
        chores.spawn(keep_self_made(certificates, config.data.clone()));
    }
    chores
}

/// Writes self-made certificates down when they have rotated; issued ones are in files of their own.
async fn keep_self_made(certificates: Certificates, data: PathBuf) {
    let mut kept = certificates.hashes();
    loop {
        tokio::time::sleep(RENEWAL_CHECK).await;
        let hashes = certificates.hashes();
        if hashes != kept
            && let Some(text) = certificates.to_text()
        {
            match secrets::write_private(&secrets::certificates_file(&data), &text) {
                Ok(()) => kept = hashes,
                Err(error) => {
                    tracing::warn!(error = format!("{error:#}"), "the certificates were not kept");
                }
            }
        }
    }
}

async fn renew_operator_token(api: Arc<Api>, data: PathBuf) {
    loop {
        tokio::time::sleep(tokens::OPERATOR_TTL / 2).await;
        let now = api.runtime.clock().now();
        if let Err(error) = tokens::make_operator_token(&api.authenticator, &data, now) {
            tracing::warn!(error = format!("{error:#}"), "the operator's token was not renewed");
        }
    }
}

/// Puts certificates into use when their files change. While files and key do not go together, the old ones stay.
async fn renew_certificates(files: Tls, certificates: Certificates) {
    let mut seen = modified(&files).await;
    loop {
        tokio::time::sleep(RENEWAL_CHECK).await;
        let now = modified(&files).await;
        if now == seen {
            continue;
        }
        match Certificates::from_pem_files(&files.certificate, &files.key) {
            Ok(renewed) => {
                certificates.reload(&renewed);
                seen = now;
                tracing::info!(file = %files.certificate.display(), "the renewed certificate is in use");
            }
            Err(error) => {
                tracing::warn!(%error, file = %files.certificate.display(), "the old certificate stays in use");
            }
        }
    }
}

/// When certificate and key were last written.
async fn modified(files: &Tls) -> [Option<SystemTime>; 2] {
    let time = async |path| tokio::fs::metadata(path).await.ok()?.modified().ok();
    [time(&files.certificate).await, time(&files.key).await]
}
