// Loaded before a program (--require): for an axios before 1.16 on a Node that reads HTTPS_PROXY itself. Both together
// send a call to the proxy's proxy.
"use strict";
require("axios-before-1.16").defaults.proxy = false;
