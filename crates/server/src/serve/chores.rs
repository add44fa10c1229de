//! What runs beside the acceptors and may be dropped at any time.

use std::{path::PathBuf, sync::Arc};

use tokio::task::JoinSet;
use trivium_api::Api;

use crate::{config::Config, tokens};

/// Starts them: rooms that wait for a deadline, keys that change, the operator's token.
pub(super) fn start(config: &Config, api: &Arc<Api>) -> JoinSet<()> {
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
    chores
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
