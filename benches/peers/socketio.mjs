// A room on Socket.IO, with WebSocket as its only transport: whoever says "subscribe" joins, and a number says how many events
// the room gets.

import { Server } from "socket.io";

import { event } from "./event.mjs";

const server = new Server(Number(process.argv[2]), { transports: ["websocket"], perMessageDeflate: false });

server.on("connection", (socket) => {
  socket.on("say", (said) => {
    if (said === "subscribe") {
      socket.join("room");
      socket.emit("ready");
      return;
    }
    for (let left = Number(said); left > 0; left -= 1) server.to("room").emit("event", event());
  });
});
