// The client axios, with its defaults (agent.js says what it does).
"use strict";
const axios = require("axios");
const client = require("./axios_client.js");
const run = require("./agent.js");

run(client(axios));
