//! Any tower service over HTTP/1.1, HTTP/2 and WebTransport, and the client channel; knows no proto and no engine.
