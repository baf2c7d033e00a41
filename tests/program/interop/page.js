// A page in headless Chromium against the emulator: a form, and a script that uploads across origins. Arguments: the
// browser, and those of client.py. The page comes from a server of its own, so the emulator is of another origin.
'use strict';

const assert = require('node:assert');
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const COS = require('cos-nodejs-sdk-v5');
const { chromium } = require('playwright-core');

const [executablePath, emulator, SecretId, SecretKey, Bucket, small] = process.argv.slice(2);

/** The fields of a form with this policy. */
function signedFields(conditions, from = Date.now()) {
  const seconds = Math.floor(from / 1000);
  const time = `${seconds - 60};${seconds + 600}`;
  const known = [{ 'q-sign-algorithm': 'sha1' }, { 'q-ak': SecretId }, { 'q-sign-time': time }, { bucket: Bucket }];
  const expiration = new Date(from + 600000).toISOString();
  const policy = JSON.stringify({ expiration, conditions: [...known, ...conditions] });
  const hmac = (key, text) => crypto.createHmac('sha1', key).update(text).digest('hex');
  const digest = crypto.createHash('sha1').update(policy).digest('hex');
  return {
    policy: Buffer.from(policy).toString('base64'),
    'q-sign-algorithm': 'sha1',
    'q-ak': SecretId,
    'q-key-time': time,
    'q-signature': hmac(hmac(SecretKey, time), digest),
  };
}

function form(fields) {
  const escaped = (text) => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;');
  const inputs = Object.entries(fields).map(([name, value]) => `<input type="hidden" name="${name}" value="${escaped(value)}">`);
  return `<!DOCTYPE html><meta charset="utf-8"><form method="post" enctype="multipart/form-data" action="${emulator}/${Bucket}">
    ${inputs.join('\n')}<input type="file" name="file"><button type="submit">Upload</button></form>`;
}

let body = '';
const pages = http.createServer((_, answer) => answer.setHeader('Content-Type', 'text/html').end(body));
const origin = () => `http://127.0.0.1:${pages.address().port}`;

/** Opens a page with this form, chooses the file and submits it. */
async function submit(page, fields, file) {
  body = form(fields);
  await page.goto(origin());
  await page.setInputFiles('input[type=file]', file);
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'POST'),
    page.click('button'),
  ]);
  return answer;
}

async function forms(page) {
  const file = { name: 'a "b" 中文 +.txt', mimeType: 'text/plain', buffer: fs.readFileSync(small) };
  const conditions = [['starts-with', '$key', 'page/'], ['content-length-range', 1, 1000000]];
  const fields = { key: 'page/${filename}', 'Content-Type': 'text/x', 'x-cos-meta-a': '1', acl: 'public-read' };
  const done = { success_action_redirect: `${origin()}/done?a=b` };
  const answer = await submit(page, { ...fields, ...done, ...signedFields(conditions) }, file);
  assert.equal(answer.status(), 303);
  await page.waitForURL(/\/done/);
  const shown = new URL(page.url()).searchParams;
  assert.deepEqual([shown.get('a'), shown.get('bucket')], ['b', Bucket]);
  const key = shown.get('key');
  assert.ok(key.startsWith('page/a ') && key.endsWith(' 中文 +.txt'), key);

  const created = await submit(page, { ...fields, success_action_status: '201', ...signedFields(conditions) }, small);
  assert.equal(created.status(), 201);
  assert.match(await created.text(), /<Key>page\/small<\/Key>/);
  const empty = { name: 'empty', mimeType: 'text/plain', buffer: Buffer.alloc(0) };
  assert.equal((await submit(page, { ...fields, ...signedFields(conditions) }, empty)).status(), 403);
  const expired = signedFields(conditions, Date.now() - 3600000);
  assert.equal((await submit(page, { ...fields, ...expired }, small)).status(), 403);
  const elsewhere = { ...fields, key: 'other', ...signedFields(conditions) };
  assert.equal((await submit(page, elsewhere, small)).status(), 403);
}

/** A script of the page puts, reads and lists objects. */
async function script(page) {
  const cos = new COS({ SecretId, SecretKey });
  const signed = (Method, Key, more) => {
    const Pathname = `/${Bucket}/${Key}`;
    const Headers = { host: new URL(emulator).host };
    return cos.getAuth({ Method, Key: Pathname.slice(1), Headers, UseRawKey: false, ...more });
  };
  body = '<!DOCTYPE html><title>script</title>';
  await page.goto(origin());
  const call = (method, key, content) => {
    const authorization = signed(method, key);
    const url = `${emulator}/${Bucket}/${key}`;
    return page.evaluate(
      async ({ method, url, authorization, content }) => {
        const headers = { Authorization: authorization, 'x-cos-meta-a': '1' };
        const answer = await fetch(url, { method, headers, body: content });
        return { status: answer.status, etag: answer.headers.get('ETag'), text: await answer.text() };
      },
      { method, url, authorization, content },
    );
  };
  const put = await call('PUT', 'page/script.txt', 'from a script');
  assert.deepEqual([put.status, put.etag], [200, `"${crypto.createHash('md5').update('from a script').digest('hex')}"`]);
  assert.equal((await call('GET', 'page/script.txt')).text, 'from a script');
  assert.equal((await call('DELETE', 'page/script.txt')).status, 204);
  const unsigned = await page.evaluate(async (url) => (await fetch(url)).text(), `${emulator}/${Bucket}/page/small`);
  assert.equal(unsigned, fs.readFileSync(small, 'utf8'));
}

(async () => {
  await new Promise((resolve) => pages.listen(0, '127.0.0.1', resolve));
  const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
  const browser = await chromium.launch({ executablePath, args: [...flags, '--disable-component-update', '--disable-sync'] });
  try {
    const page = await browser.newPage();
    await forms(page);
    await script(page);
  } finally {
    await browser.close();
    pages.close();
  }
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
