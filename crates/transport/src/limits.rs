//! How many connections or sessions there may be at once, in total and from one address.
//!
//! Shared by the HTTP and the WebTransport acceptor. IPv6 addresses count by their /64, the smallest network that a
//! customer is given.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A pair of caps and the current counts.
#[derive(Clone, Debug)]
pub(crate) struct Limiter(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    total: usize,
    per_ip: usize,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    total: usize,
    /// Holds only addresses with a count above zero, so it is no larger than `total`.
    by_ip: HashMap<IpAddr, usize>,
}

/// One place; given back when dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    limiter: Limiter,
    ip: IpAddr,
}

impl Limiter {
    pub(crate) fn new(total: usize, per_ip: usize) -> Self {
        Self(Arc::new(Shared {
            total,
            per_ip,
            counts: Mutex::default(),
        }))
    }

    /// Takes a place for `ip`; `None` when there is none.
    pub(crate) fn acquire(&self, ip: IpAddr) -> Option<Permit> {
        let ip = network(ip);
        let mut counts = self.counts();
        if counts.total >= self.0.total {
            return None;
        }
        let from_ip = counts.by_ip.get(&ip).copied().unwrap_or(0);
        if from_ip >= self.0.per_ip {
            return None;
        }
        counts.by_ip.insert(ip, from_ip + 1);
        counts.total += 1;
        Some(Permit {
            limiter: self.clone(),
            ip,
        })
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut counts = self.limiter.counts();
        counts.total -= 1;
        if let Some(from_ip) = counts.by_ip.get_mut(&self.ip) {
            *from_ip -= 1;
            if *from_ip == 0 {
                counts.by_ip.remove(&self.ip);
            }
        }
    }
}

/// The network that `ip` counts for.
fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(ip) => IpAddr::V4(ip),
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn places_are_counted_and_given_back() {
        let limiter = Limiter::new(3, 2);
        let first = limiter.acquire(ip("10.0.0.1")).unwrap();
        let _second = limiter.acquire(ip("::ffff:10.0.0.1")).unwrap();
        assert!(limiter.acquire(ip("10.0.0.1")).is_none(), "two per address");
        let _third = limiter.acquire(ip("2001:db8::1")).unwrap();
        assert!(limiter.acquire(ip("10.0.0.2")).is_none(), "three in total");
        drop(first);
        assert!(limiter.acquire(ip("10.0.0.1")).is_some());
    }

    #[test]
    fn an_ipv6_network_is_one_address() {
        let limiter = Limiter::new(9, 1);
        let _one = limiter.acquire(ip("2001:db8::1")).unwrap();
        assert!(limiter.acquire(ip("2001:db8::2")).is_none());
        assert!(limiter.acquire(ip("2001:db8:0:1::1")).is_some());
    }
}
