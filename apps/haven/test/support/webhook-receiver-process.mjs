// A webhook receiver as a separate process. It verifies requests with the official package, responds as configured by
// its parent, and reports each request to it.
import { createServer } from 'node:http';
import process from 'node:process';

import { Webhook } from 'standardwebhooks';

/** Secrets by path. */
const secrets = new Map();

/** Rules for responses: `{ path, record, status, times, headers, body, delay }`; the first match applies. */
let rules = [];

process.on('message', ({ secret, rule, reset }) => {
  if (secret) secrets.set(secret.path, secret.secret);
  if (rule) rules.push({ times: Infinity, status: 200, ...rule });
  if (reset) rules = [];
  process.send({ done: true });
});

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => void receive(request, response, Buffer.concat(chunks).toString()));
  request.on('error', () => undefined);
});

async function receive({ url, headers }, response, body) {
  const verified = verify(url, headers, body);
  const { data, type } = JSON.parse(body);
  const rule = rules.find(
    ({ path, record, times }) =>
      times > 0 && (path === undefined || path === url) && (record === undefined || record === data.recordId),
  );
  if (rule) rule.times--;
  const { status = 204, headers: own = {}, body: text = '', delay = 0 } = rule ?? {};
  const receipt = { path: url, id: headers['webhook-id'], type, data, status, verified, at: Date.now() };
  process.send({ receipt: { ...receipt, headers, body: body.length < 2_000 ? body : undefined } });
  if (delay === Infinity || delay === null) return;
  if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
  response.writeHead(status, own).end(status === 204 ? undefined : text);
}

function verify(path, headers, body) {
  const secret = secrets.get(path);
  if (secret === undefined) return null;
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch (error) {
    return error.message;
  }
}

server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit());
