//! What runs beside the acceptors and may be dropped at any time.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::task::JoinSet;
use trivium_api::Api;
use trivium_engine::Timestamp;
use trivium_runtime::Runtime;
use trivium_store::file::MAX_BATCH;
use trivium_transport::cert::Certificates;

use crate::{
    config::{Config, http::Tls},
    secrets, tokens,
};

/// How often it is looked whether certificate files have changed.
const RENEWAL_CHECK: Duration = Duration::from_mins(1);
/// How often rooms are looked after that nobody looks after.
const LOOK_AFTER: Duration = Duration::from_hours(1);

/// How long a file waits for the message that it is sent with.
const LOOSE_FILES: Duration = Duration::from_hours(24);
/// How often it is looked for files that have waited too long.
const SWEEP: Duration = Duration::from_hours(1);

/// Starts them: rooms that wait for a deadline, files in no message, keys and certificates that change, the operator's token.
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
    chores.spawn(look_after_rooms(api.runtime.clone()));
    if let (Some(jwks), Some(config)) = (api.authenticator.jwks().cloned(), &config.auth.jwks) {
        let refresh = config.refresh;
        chores.spawn(async move { jwks.keep_fresh(refresh).await });
    }
    if config.auth.operator_tokens() {
        chores.spawn(renew_operator_token(Arc::clone(api), config.data.clone()));
    }
    chores.spawn(sweep_files(Arc::clone(api)));
    for (files, certificates) in from_files {
        chores.spawn(renew_certificates(files, certificates));
    }
    if let Some(certificates) = webtransport {
        chores.spawn(keep_self_made(certificates, config.data.clone()));
    }
    chores
}

/// Reads logs that are older than the directory into it, and then looks after rooms that nobody looks after.
async fn look_after_rooms(runtime: Runtime) {
    match runtime.project_old_rooms().await {
        Ok(0) => {}
        Ok(rooms) => tracing::info!(rooms, "rooms of an older version are in the directory"),
        Err(error) => tracing::warn!(%error, "rooms of an older version cannot be found"),
    }
    loop {
        tokio::time::sleep(LOOK_AFTER).await;
        match runtime.sweep().await {
            Ok(swept) => tracing::debug!(?swept, "rooms are looked after"),
            Err(error) => tracing::warn!(%error, "rooms were not looked after"),
        }
    }
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

/// Deletes files that were brought to a room and then not sent.
async fn sweep_files(api: Arc<Api>) {
    loop {
        let now = api.runtime.clock().now();
        let before = Timestamp(now.0.saturating_sub(millis(LOOSE_FILES)));
        match api.runtime.store().sweep_files(before).await {
            // There may be more.
            Ok(MAX_BATCH) => continue,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "files in no message were not deleted"),
        }
        tokio::time::sleep(SWEEP).await;
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
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
