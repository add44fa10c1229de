// The version of this package, for the server's log.

/** The same as in `package.json`. */
export const version = "0.1.0";
