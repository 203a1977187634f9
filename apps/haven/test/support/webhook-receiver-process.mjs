// A receiver of webhooks as its own process: it verifies what it is sent by the official package, answers as it is told, and
// tells its parent what came.
import { createServer } from 'node:http';
import process from 'node:process';

import { Webhook } from 'standardwebhooks';

/** Secrets by path. */
const secrets = new Map();

/** What to answer: `{ path, record, status, times, headers, body, delay }`; the first that fits. */
let answers = [];

process.on('message', ({ secret, answer, forget }) => {
  if (secret) secrets.set(secret.path, secret.secret);
  if (answer) answers.push({ times: Infinity, status: 200, ...answer });
  if (forget) answers = [];
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
  const answer = answers.find(
    ({ path, record, times }) =>
      times > 0 && (path === undefined || path === url) && (record === undefined || record === data.recordId),
  );
  if (answer) answer.times--;
  const { status = 204, headers: own = {}, body: text = '', delay = 0 } = answer ?? {};
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
