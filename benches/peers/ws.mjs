// A room on `ws`: whoever says "subscribe" gets every event, and a number says how many to send.
// Each event is made into text once for everybody.

import { WebSocketServer } from "ws";

import { event } from "./event.mjs";

const server = new WebSocketServer({ port: Number(process.argv[2]), host: "127.0.0.1", perMessageDeflate: false });
const room = new Set();

server.on("connection", (socket) => {
  socket.on("close", () => room.delete(socket));
  socket.on("message", (data) => {
    const said = data.toString();
    if (said === "subscribe") {
      room.add(socket);
      socket.send("ready");
      return;
    }
    for (let left = Number(said); left > 0; left -= 1) {
      const text = JSON.stringify(event());
      for (const member of room) member.send(text);
    }
  });
});
