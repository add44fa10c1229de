//! `trivium token`: tokens for services and people, signed with the secret of a server on this machine.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use anyhow::{Context as _, Result, anyhow};
use clap::ValueEnum;
use trivium_api::auth::{MAX_GRANTS, Roles};
use trivium_engine::{Role, RoomId, UserId};
use trivium_runtime::Clock;

use super::failure::Usage;
use crate::{
    config::{DEFAULT_DATA, value},
    secrets, tokens,
    ui::out,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The user: letters, digits and _ . : @ -
    #[arg(long)]
    sub: UserId,
    /// Name to be shown.
    #[arg(long, default_value = "")]
    name: String,
    /// Role in the whole system.
    #[arg(long, value_enum)]
    role: Vec<GlobalRole>,
    /// A room that the user may enter without a code, and as what: host, co-host, member or observer.
    #[arg(long, value_name = "ROOM=ROLE", value_parser = grant)]
    room: Vec<(RoomId, Role)>,
    /// How long it lasts, such as 30m, 12h, 7d.
    #[arg(long, default_value = "1h", value_parser = value::span)]
    ttl: Duration,
    /// Data directory of the server, where its secret is.
    #[arg(long, value_name = "DIR", default_value = DEFAULT_DATA)]
    data: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum GlobalRole {
    /// Another service: host in every room.
    Service,
    /// An operator.
    Admin,
}

pub(super) fn run(args: Args) -> Result<()> {
    let path = secrets::secret_file(&args.data);
    let secret = secrets::read_secret(&path).context(Usage("a server has to have run here, see --data".to_owned()))?;
    let grants: BTreeMap<_, _> = args.room.into_iter().collect();
    if grants.len() > MAX_GRANTS {
        return Err(anyhow!(Usage(format!("a token grants at most {MAX_GRANTS} rooms"))));
    }
    let roles = Roles {
        service: args.role.contains(&GlobalRole::Service),
        admin: args.role.contains(&GlobalRole::Admin),
    };
    let principal = tokens::principal(args.sub, &args.name, roles, grants);
    let (token, _) = tokens::local(secret)?.mint(&principal, args.ttl, Clock::start().now(), &mut rand::rng());
    Ok(out::line(&token)?)
}

fn grant(text: &str) -> Result<(RoomId, Role), String> {
    let (room, role) = text.split_once('=').ok_or("write ROOM=ROLE")?;
    let role = match role {
        "host" => Role::Host,
        "co-host" => Role::CoHost,
        "member" => Role::Member,
        "observer" => Role::Observer,
        _ => return Err(format!("{role:?} is none of host, co-host, member, observer")),
    };
    Ok((room.parse().map_err(|_| format!("{room:?} is no room"))?, role))
}
