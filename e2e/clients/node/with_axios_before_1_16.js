// The client axios before 1.16, with its defaults (agent.js says what it does).
"use strict";
const axios = require("axios-before-1.16");
const client = require("./axios_client.js");
const run = require("./agent.js");

run(client(axios));
