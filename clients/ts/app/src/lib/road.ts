// The road that the address asks for: `?road=grpc-web` or `?road=webtransport`, for who wants to try one by itself.
import type { ConnectOptions } from "@trivium/client";

/** Read once: navigation within the app drops the query, and another session should not take another road. */
const wanted = new URLSearchParams(location.search).get("road");

/** Options for `connectTrivium`: none unless the address names a road. */
export function roadOption(): Pick<ConnectOptions, "road"> {
  return wanted === "grpc-web" || wanted === "webtransport" ? { road: wanted } : {};
}
