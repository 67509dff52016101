// Node's own fetch, with its defaults (agent.js says what it does).
"use strict";
const { Readable } = require("node:stream");
const run = require("./agent.js");

run({
  version: process.versions.node,
  async send(method, url, headers) {
    return facts(await fetch(url, { method, headers }));
  },
  async upload(url, file) {
    return facts(await fetch(url, { method: "POST", body: Readable.toWeb(file), duplex: "half" }));
  },
  async *follow(url) {
    yield* (await fetch(url)).body;
  },
});

async function facts(answer) {
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
}
