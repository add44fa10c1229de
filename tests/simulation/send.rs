//! The way of a command: it may get lost, arrive twice, late or after its successor, and its answer too. The client asks
//! again under the same request id, on whatever node answers, until it knows.
//!
//! Neighbours: [`checks::acknowledged`](crate::checks::acknowledged) and [`checks::denied`](crate::checks::denied) judge.

use std::{sync::Arc, time::Duration};

use tokio::time::{sleep, timeout};
use trivium_engine::{Command, Millis};
use trivium_runtime::{Caller, Done, ExecuteError, Runtime};

use crate::{
    client::{Client, Pending, is_away, some_node},
    world::{World, lock},
};

/// How long a client waits for an answer, in milliseconds.
const PATIENCE: u64 = 3_000;

impl Client {
    /// Puts a command into the outbox, under a new request id.
    pub(crate) fn ask(&self, command: Command) -> Pending {
        let mut asked = lock(&self.asked);
        *asked += 1;
        let pending = Pending {
            request: format!("r{asked}").parse().expect("an id"),
            command,
            sent: false,
        };
        lock(&self.outbox).push(pending.clone());
        pending
    }

    fn settle(&self, pending: &Pending) {
        lock(&self.outbox).retain(|waiting| waiting.request != pending.request);
    }
}

/// Sends a command until its fate is known.
pub(crate) async fn send(world: Arc<World>, client: Arc<Client>, pending: Pending) {
    // Whether a copy of it may still be on its way or waiting somewhere.
    let mut stray = pending.sent;
    let mut asked = None;
    for waiting in lock(&client.outbox).iter_mut() {
        waiting.sent |= waiting.request == pending.request;
    }
    loop {
        let network = world.plan.network;
        let (loss, repeat) = if world.in_finale() {
            (0.0, 0.0)
        } else {
            (network.loss, network.repeat)
        };
        sleep(client.moment(network.delay_ms)).await;
        if is_away(&world, &client) {
            sleep(Duration::from_millis(200)).await;
            continue;
        }
        let Some(runtime) = some_node(&world, &client) else {
            sleep(Duration::from_millis(300)).await;
            continue;
        };
        // A node that has lost the room without knowing it may refuse what another one did.
        stray |= asked
            .replace(runtime.config().owner)
            .is_some_and(|owner| owner != runtime.config().owner);
        if client.chance(loss) {
            world.note(|| format!("{} {} is lost", client.actor.user, pending.request));
            sleep(Duration::from_millis(PATIENCE)).await;
            continue;
        }
        let call = execute(world.clone(), client.clone(), runtime.clone(), pending.clone());
        if client.chance(repeat) {
            stray = true;
            let (late, copy) = (
                client.moment(2_000),
                execute(world.clone(), client.clone(), runtime, pending.clone()),
            );
            tokio::spawn(async move {
                sleep(late).await;
                let _nobody_listens = copy.await;
            });
        }
        let call = tokio::spawn(call);
        let abort = call.abort_handle();
        let Ok(Ok(result)) = timeout(Duration::from_millis(PATIENCE), call).await else {
            // What the client waits for no longer may go on at the server, or be dropped there half way.
            stray = true;
            if client.chance(0.5) {
                abort.abort();
            }
            continue;
        };
        sleep(client.moment(network.delay_ms)).await;
        if client.chance(loss) {
            world.note(|| format!("the answer to {} {} is lost", client.actor.user, pending.request));
            sleep(Duration::from_millis(PATIENCE)).await;
            continue;
        }
        match judge(&world, &client, &pending, result, stray) {
            None => break,
            Some(again) => sleep(again).await,
        }
    }
    client.settle(&pending);
}

async fn execute(
    world: Arc<World>,
    client: Arc<Client>,
    runtime: Runtime,
    pending: Pending,
) -> Result<Done, ExecuteError> {
    let caller = Caller {
        actor: client.actor.clone(),
        request: Some(pending.request.clone()),
        received_at: runtime.clock().now(),
        round_trip: Some(Millis(2 * world.plan.network.delay_ms)),
    };
    world.note(|| {
        format!(
            "{} {} arrives: {:?}",
            client.actor.user,
            pending.request,
            short(&pending.command)
        )
    });
    runtime.execute(&client.room, caller, pending.command).await
}

/// Judges an answer; none if it is final, otherwise when to ask again.
fn judge(
    world: &World,
    client: &Client,
    pending: &Pending,
    result: Result<Done, ExecuteError>,
    stray: bool,
) -> Option<Duration> {
    let key = (client.room.clone(), client.actor.user.clone(), pending.request.clone());
    world.note(|| match &result {
        Ok(done) => format!(
            "{} {} is done at {} ({} entries)",
            key.1,
            key.2,
            done.seq,
            done.entries.len()
        ),
        Err(error) => format!("{} {}: {error}", key.1, key.2),
    });
    let mut truth = lock(&world.truth);
    let again = client.moment(500) + Duration::from_millis(50);
    match result {
        Ok(done) => {
            let truth = &*truth;
            // Another copy may make something later of what had nothing to do before.
            if !(stray && done.entries.is_empty()) {
                world.check(
                    "1 acknowledged",
                    truth.ledger.acknowledged(&key, &done, truth.log(&client.room)),
                );
            }
            None
        }
        Err(ExecuteError::Reject(reject)) => {
            if !stray {
                world.check("7 denied", truth.ledger.refused(&key, reject.reason().to_owned()));
            }
            None
        }
        Err(ExecuteError::RequestReused) => {
            world.check(
                "1 acknowledged",
                Err(format!("{} {} is said to be reused", key.1, key.2)),
            );
            None
        }
        Err(ExecuteError::Corrupt(what)) => {
            world.check("2 prefix", Err(format!("a log cannot be read: {what}")));
            None
        }
        Err(ExecuteError::Overloaded { retry_after }) => Some(retry_after),
        Err(ExecuteError::NoSuchRoom | ExecuteError::Unavailable | ExecuteError::ShuttingDown) => Some(again),
    }
}

fn short(command: &Command) -> String {
    let mut text = format!("{command:?}");
    if text.len() > 120 {
        let end = text
            .char_indices()
            .map(|(at, _)| at)
            .take_while(|at| *at <= 120)
            .last()
            .unwrap_or(0);
        text.truncate(end);
    }
    text
}
