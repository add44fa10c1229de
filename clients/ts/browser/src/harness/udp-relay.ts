// A relay for UDP that can fall silent, as networks do that begin to drop it.

import { createSocket, type Socket } from "node:dgram";

/** Between clients and one server on the loopback interface. */
export class UdpRelay {
  /** While true, everything is dropped. */
  silent = false;
  /** Where the server listens; 0 while there is none. */
  server: number;
  readonly #front = createSocket("udp4");
  /** One socket to the server per client, so that answers find their way. */
  readonly #backs = new Map<number, Socket>();

  private constructor(server: number) {
    this.server = server;
    this.#front.on("message", (datagram, { port }) => {
      if (!this.silent && this.server !== 0) this.#back(port).send(datagram, this.server, "127.0.0.1");
    });
  }

  /** Relays to this port, which may be told later: a server that names the relay in its configuration starts after it. */
  static async to(server = 0): Promise<UdpRelay> {
    const relay = new UdpRelay(server);
    await new Promise<void>((bound) => relay.#front.bind(0, "127.0.0.1", bound));
    return relay;
  }

  get port(): number {
    return this.#front.address().port;
  }

  close(): void {
    this.#front.close();
    for (const back of this.#backs.values()) back.close();
  }

  #back(client: number): Socket {
    const known = this.#backs.get(client);
    if (known) return known;
    const back = createSocket("udp4");
    back.on("message", (datagram) => {
      if (!this.silent) this.#front.send(datagram, client, "127.0.0.1");
    });
    this.#backs.set(client, back);
    return back;
  }
}
