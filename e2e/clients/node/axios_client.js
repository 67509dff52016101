// What the two programs of axios do (agent.js says what that is), given one with its settings made.
"use strict";

module.exports = (axios) => {
  const text = { responseType: "text", transformResponse: (body) => body, validateStatus: () => true };
  return {
    version: axios.VERSION,
    async send(method, url, headers) {
      return facts(await axios.request({ ...text, method, url, headers }));
    },
    async upload(url, data) {
      // Without a redirect to follow there is no need to hold the body, nor a bound on it.
      return facts(await axios.request({ ...text, method: "POST", url, data, maxRedirects: 0 }));
    },
    async *follow(url) {
      yield* (await axios.request({ url, responseType: "stream" })).data;
    },
  };
};

function facts({ status, headers, data }) {
  return { status, headers, body: data };
}
