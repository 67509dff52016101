// Node's own WebSocket, with its defaults.
//
// usage: with_websocket.js talk URL COUNT BYTES     COUNT messages, each after the answer to the one before, then one
//                                                   of BYTES; prints how many came back, and the length of the last
//        with_websocket.js listen URL               prints `open`, each message as it comes, and `closed CODE REASON`
//
// Exit code 1 and the error's text when it is not opened.
"use strict";

const [verb, url, count, size] = process.argv.slice(2);
const socket = new WebSocket(url);
socket.binaryType = "arraybuffer";
socket.onerror = (event) => {
  process.stderr.write(`${event.message || event.error}\n`);
  process.exitCode = 1;
};

if (verb === "talk") {
  let turn = 0;
  let came = 0;
  const next = () => socket.send(turn < Number(count) ? `m${turn}` : new Uint8Array(Number(size)));
  socket.onopen = next;
  socket.onmessage = ({ data }) => {
    if (turn === Number(count)) {
      process.stdout.write(`${came} ${data.byteLength}\n`);
      socket.close();
    } else {
      came += data === `m${turn++}`;
      next();
    }
  };
} else if (verb === "listen") {
  socket.onopen = () => process.stdout.write("open\n");
  socket.onmessage = ({ data }) => process.stdout.write(`${data}\n`);
  socket.onclose = ({ code, reason }) => process.stdout.write(`closed ${code} ${reason}\n`);
} else {
  throw new Error(`${verb}: unknown (expected: talk or listen)`);
}
