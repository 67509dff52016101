// The client undici (agent.js says what it does); it reads the variables only where it is given an EnvHttpProxyAgent.
"use strict";
const { EnvHttpProxyAgent, request } = require("undici");
const run = require("./agent.js");

const dispatcher = new EnvHttpProxyAgent();

run({
  version: require("undici/package.json").version,
  async send(method, url, headers) {
    return facts(await request(url, { dispatcher, method, headers }));
  },
  async upload(url, body) {
    return facts(await request(url, { dispatcher, method: "POST", body }));
  },
  async *follow(url) {
    yield* (await request(url, { dispatcher })).body;
  },
});

async function facts({ statusCode, headers, body }) {
  return { status: statusCode, headers, body: await body.text() };
}
