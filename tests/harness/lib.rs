//! What every suite shares: a server in a box, and clients on every road.
