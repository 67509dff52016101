// The MCP SDK for Node over streamable HTTP, with its defaults.
//
// usage: with_mcp_sdk.js ask URL        asks the server at URL and prints the answer
//        with_mcp_sdk.js forbidden URL  asks it at a path that an agent is not to have
//        with_mcp_sdk.js version        prints the library's version
//
// Exit code 1 and the error's text when it is refused.
"use strict";
const { Client } = require("@modelcontextprotocol/sdk/client/index.js");
const { StreamableHTTPClientTransport } = require("@modelcontextprotocol/sdk/client/streamableHttp.js");
const fs = require("node:fs");
const path = require("node:path");

const [verb, url] = process.argv.slice(2);
run().catch((error) => {
  process.stderr.write(`${error.name}: ${error.message}\n`);
  process.exitCode = 1;
});

async function run() {
  if (verb === "version") {
    // Above what it exports, whose own package.json says nothing of a version.
    const home = path.join(path.dirname(require.resolve("@modelcontextprotocol/sdk/client/index.js")), "../../..");
    process.stdout.write(`${JSON.parse(fs.readFileSync(path.join(home, "package.json"))).version}\n`);
  } else if (verb === "ask") {
    process.stdout.write(`${await call(url)}\n`);
  } else if (verb === "forbidden") {
    process.stdout.write(`${await call(url.replace("/mcp", "/admin"))}\n`);
  } else {
    throw new Error(`${verb}: unknown (expected: ask, forbidden or version)`);
  }
}

async function call(at) {
  const client = new Client({ name: "agent", version: "1" });
  await client.connect(new StreamableHTTPClientTransport(new URL(at)));
  const answer = await client.callTool({ name: "figures", arguments: {} });
  await client.close();
  return answer.content[0].text;
}
