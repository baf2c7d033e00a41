// cos-nodejs-sdk-v5 against the emulator. Arguments as for client.py. Every check is an assertion.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const crypto = require('node:crypto');
const COS = require('cos-nodejs-sdk-v5');

const [proxy, SecretId, SecretKey, Bucket, small, large] = process.argv.slice(2);
const place = { Bucket, Region: 'ap-beijing' };

function client(secretKey) {
  return new COS({ SecretId, SecretKey: secretKey, Protocol: 'http:', Proxy: proxy, ChunkParallelLimit: 3 });
}

async function putAndRead(cos) {
  const content = fs.readFileSync(small);
  const Key = 'node/small 中文 +.txt';
  const md5 = crypto.createHash('md5').update(content).digest('hex');
  const put = await cos.putObject({ ...place, Key, Body: content, Headers: { 'x-cos-meta-who': 'me' } });
  assert.equal(put.ETag, `"${md5}"`);
  const head = await cos.headObject({ ...place, Key });
  assert.equal(head.headers['x-cos-meta-who'], 'me');
  assert.equal(head.headers['content-length'], String(content.length));
  const part = await cos.getObject({ ...place, Key, Range: 'bytes=2-5' });
  assert.equal(part.statusCode, 206);
  assert.deepEqual(part.Body, content.subarray(2, 6));
  await assert.rejects(client('wrong').headObject({ ...place, Key }), { statusCode: 403 });
}

async function slice(cos) {
  const done = await cos.sliceUploadFile({ ...place, Key: 'node/large', FilePath: large, ChunkSize: 1024 * 1024 });
  const parts = Math.ceil(fs.statSync(large).size / (1024 * 1024));
  assert.ok(done.ETag.endsWith(`-${parts}"`), done.ETag);
}

async function resume(cos) {
  const Key = 'node/resumed';
  const { UploadId } = await cos.multipartInit({ ...place, Key });
  const first = fs.readFileSync(large).subarray(0, 1024 * 1024);
  await cos.multipartUpload({ ...place, Key, UploadId, PartNumber: 1, Body: first });
  await cos.sliceUploadFile({ ...place, Key, FilePath: large, ChunkSize: 1024 * 1024 });
}

async function lists(cos) {
  const { Contents } = await cos.getBucket({ ...place, Prefix: 'node/' });
  assert.deepEqual(Contents.map((entry) => entry.Key), ['node/large', 'node/resumed', 'node/small 中文 +.txt']);
  const { UploadId } = await cos.multipartInit({ ...place, Key: 'node/never' });
  await cos.multipartUpload({ ...place, Key: 'node/never', UploadId, PartNumber: 1, Body: 'x' });
  const page = await cos.multipartListPart({ ...place, Key: 'node/never', UploadId });
  assert.equal(page.Part.length, 1);
  const uploads = await cos.multipartList({ ...place, Prefix: 'node/' });
  assert.deepEqual(uploads.Upload.map((entry) => entry.UploadId), [UploadId]);
  await cos.multipartAbort({ ...place, Key: 'node/never', UploadId });
  assert.equal((await cos.multipartList({ ...place, Prefix: 'node/' })).Upload.length, 0);
}

(async () => {
  const cos = client(SecretKey);
  for (const check of [putAndRead, slice, resume, lists]) {
    await check(cos);
  }
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
