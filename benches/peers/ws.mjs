// A room on `ws`: whoever says "subscribe" gets every event, an answer is noted and acknowledged by its number, and a number says
// how many events to send.
// Each event is made into text once for everybody.

import { WebSocketServer } from "ws";

import { event } from "./event.mjs";

const server = new WebSocketServer({ port: Number(process.argv[2]), host: "127.0.0.1", perMessageDeflate: false });
const room = new Set();
const answers = new Map();

server.on("connection", (socket) => {
  socket.on("close", () => room.delete(socket));
  socket.on("message", (data) => {
    const said = data.toString();
    if (said === "subscribe") {
      room.add(socket);
      socket.send("ready");
      return;
    }
    if (said.startsWith("answer ")) {
      answers.set(socket, said);
      socket.send(`ack ${said.split(" ", 2)[1]}`);
      return;
    }
    for (let left = Number(said); left > 0; left -= 1) {
      const text = JSON.stringify(event());
      for (const member of room) member.send(text);
    }
  });
});
