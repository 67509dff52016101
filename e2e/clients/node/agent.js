// What every program here does with its client.
//
// usage: with_CLIENT.js send METHOD URL [NAME:VALUE...]   one request
//        with_CLIENT.js upload URL FILE                   POSTs a file, never whole in memory
//        with_CLIENT.js follow URL                        prints the answer as it comes
//        with_CLIENT.js version                           prints the client's version
//
// `send` and `upload` print one line of JSON: status, headers, body. Exit code 1 and the error's text when there was no
// answer, or not the whole of it.
"use strict";
const fs = require("node:fs");

/** Does what the command line says with a client that has these methods and a version. */
module.exports = async function run(client) {
  const [verb, ...words] = process.argv.slice(2);
  try {
    if (verb === "send") {
      const [method, url, ...fields] = words;
      answer(await client.send(method, url, Object.fromEntries(fields.map(field))));
    } else if (verb === "upload") {
      const [url, file] = words;
      answer(await client.upload(url, fs.createReadStream(file)));
    } else if (verb === "follow") {
      for await (const chunk of client.follow(words[0])) {
        process.stdout.write(chunk);
      }
    } else if (verb === "version") {
      process.stdout.write(`${client.version}\n`);
    } else {
      throw new Error(`${verb}: unknown (expected: send, upload, follow or version)`);
    }
  } catch (error) {
    process.stderr.write(`${told(error)}\n`);
    process.exitCode = 1;
  }
};

function field(text) {
  const colon = text.indexOf(":");
  return [text.slice(0, colon), text.slice(colon + 1)];
}

function answer({ status, headers, body }) {
  process.stdout.write(`${JSON.stringify({ status, headers, body })}\n`);
}

/** An error and what it says was its cause: fetch says nothing but "fetch failed" itself. */
function told(error) {
  return error.cause ? `${error.message}: ${told(error.cause)}` : error.message;
}
