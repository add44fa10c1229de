// A room on Socket.IO, with WebSocket as its only transport: whoever says "subscribe" joins, an answer is noted and acknowledged,
// and a number says how many events the room gets.

import { Server } from "socket.io";

import { event } from "./event.mjs";

const server = new Server(Number(process.argv[2]), { transports: ["websocket"], perMessageDeflate: false });

const answers = new Map();

server.on("connection", (socket) => {
  socket.on("say", (said, acknowledge) => {
    if (said === "subscribe") {
      socket.join("room");
      socket.emit("ready");
      return;
    }
    if (said.startsWith("answer ")) {
      answers.set(socket.id, said);
      acknowledge();
      return;
    }
    for (let left = Number(said); left > 0; left -= 1) server.to("room").emit("event", event());
  });
});
