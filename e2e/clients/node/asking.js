// An agent that lives long: asks for one URL again and again in one process, which reads whom to trust
// once, and prints the status of each answer, or what went wrong. Words: URL.
const https = require('https');

function ask() {
  const said = what => {
    console.log(what);
    setTimeout(ask, 100);
  };
  https
    .get(process.argv[2], answer => answer.resume().on('end', () => said(answer.statusCode)))
    .on('error', error => said(error.code));
}

ask();
