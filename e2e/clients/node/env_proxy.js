// Loaded before a program (--require): makes the fetch of a Node that knows no NODE_USE_ENV_PROXY read HTTPS_PROXY.
"use strict";
const { EnvHttpProxyAgent, setGlobalDispatcher } = require("undici-7");

setGlobalDispatcher(new EnvHttpProxyAgent());
