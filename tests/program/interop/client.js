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

// The client drops a slash at the beginning of a key in a path, but not in a document.
const ODD_KEYS = [
  ' blank at both ends ',
  'a+b%20c%',
  '中文/😀.txt',
  'two//slashes',
  'dir/',
  '&<>"\'',
  'tab\tand\nlines',
  "!'()*~;,=:@$?#",
].map((key) => `odd/${key}`);

async function oddKeys(cos) {
  for (const Key of ODD_KEYS) {
    await cos.putObject({ ...place, Key, Body: Key });
    assert.equal((await cos.getObject({ ...place, Key })).Body.toString(), Key);
  }
  const names = (page) => page.Contents.map((entry) => entry.Key);
  const Prefix = 'odd/';
  const encoded = await cos.getBucket({ ...place, Prefix, EncodingType: 'url' });
  assert.deepEqual(names(encoded).map(decodeURIComponent).sort(), [...ODD_KEYS].sort());
  assert.deepEqual(names(await cos.getBucket({ ...place, Prefix })).sort(), [...ODD_KEYS].sort());
  await cos.putObject({ ...place, Key: '//leading', Body: 'x' });
  assert.deepEqual(names(await cos.getBucket({ ...place, Prefix: '/' })), ['/leading']);
  const folded = await cos.getBucket({ ...place, Prefix: 'odd/', Delimiter: '/' });
  assert.deepEqual(folded.CommonPrefixes.map((entry) => entry.Prefix), ['odd/dir/', 'odd/two/', 'odd/中文/']);
  const Objects = ODD_KEYS.map((Key) => ({ Key }));
  const deleted = await cos.deleteMultipleObject({ ...place, Objects });
  assert.deepEqual(deleted.Deleted.map((entry) => entry.Key).sort(), [...ODD_KEYS].sort());
  assert.equal(deleted.Error.length, 0);
  assert.equal((await cos.getBucket({ ...place, Prefix: 'odd/' })).Contents.length, 0);
}

async function copy(cos) {
  const Key = 'node/copy of & 中文 +%.txt';
  const source = (key) => `${Bucket}.cos.ap-beijing.myqcloud.com/${encodeURIComponent(key).replace(/%2F/g, '/')}`;
  await cos.putObject({ ...place, Key, Body: 'text', ContentType: 'text/x', Headers: { 'x-cos-meta-a': '1' } });
  await cos.putObjectCopy({ ...place, Key: 'node/copied', CopySource: source(Key) });
  const copied = await cos.headObject({ ...place, Key: 'node/copied' });
  assert.deepEqual([copied.headers['content-type'], copied.headers['x-cos-meta-a']], ['text/x', '1']);
  const never = { ...place, Key: 'node/copied', CopySource: source(Key), CopySourceIfNoneMatch: copied.ETag };
  await assert.rejects(cos.putObjectCopy(never), { statusCode: 412, code: 'PreconditionFailed' });
  // Large objects are copied in parts.
  const parts = { ...place, Key: 'node/parts', CopySource: source('node/large'), CopySliceSize: 1024 * 1024 };
  await cos.sliceCopyFile({ ...parts, CopyChunkSize: 4 * 1024 * 1024 });
  assert.deepEqual((await cos.getObject({ ...place, Key: 'node/parts' })).Body, fs.readFileSync(large));
  // A rename is a copy and a deletion.
  await cos.putObjectCopy({ ...place, Key: 'node/renamed', CopySource: source('node/copied') });
  await cos.deleteObject({ ...place, Key: 'node/copied' });
  await assert.rejects(cos.headObject({ ...place, Key: 'node/copied' }), { statusCode: 404 });
  assert.equal((await cos.getObject({ ...place, Key: 'node/renamed' })).Body.toString(), 'text');
}

async function tags(cos) {
  const Key = 'node/tagged';
  await cos.putObject({ ...place, Key, Body: 'x', Headers: { 'x-cos-tagging': 'a=1&b%20c=%E4%B8%AD' } });
  const tagsOf = async () => (await cos.getObjectTagging({ ...place, Key })).Tags;
  assert.deepEqual(await tagsOf(), [{ Key: 'a', Value: '1' }, { Key: 'b c', Value: '中' }]);
  await cos.putObjectTagging({ ...place, Key, Tags: [{ Key: 'k', Value: 'v +-=._:/@' }] });
  assert.deepEqual(await tagsOf(), [{ Key: 'k', Value: 'v +-=._:/@' }]);
  assert.equal((await cos.headObject({ ...place, Key })).headers['x-cos-tagging-count'], '1');
  await cos.deleteObjectTagging({ ...place, Key });
  assert.deepEqual(await tagsOf(), []);
}

async function access(cos) {
  const Key = 'node/public';
  await cos.putObject({ ...place, Key, Body: 'open' });
  const acl = async () => (await cos.getObjectAcl({ ...place, Key })).ACL;
  assert.equal(await acl(), 'default');
  await cos.putObjectAcl({ ...place, Key, ACL: 'public-read', GrantFullControl: 'id="100000000002"' });
  const got = await cos.getObjectAcl({ ...place, Key });
  assert.deepEqual([got.ACL, got.GrantFullControl], ['public-read', 'id="qcs::cam::uin/100000000002:uin/100000000002"']);
  const { Owner, Grants } = got;
  await cos.putObjectAcl({ ...place, Key, AccessControlPolicy: { Owner, Grants } });
  const again = await cos.getObjectAcl({ ...place, Key });
  assert.deepEqual([again.ACL, again.Grants], [got.ACL, got.Grants]);
  await cos.putObjectAcl({ ...place, Key, ACL: 'private' });
  assert.equal(await acl(), 'private');
}

async function append(cos) {
  const Key = 'node/appended';
  const first = await cos.appendObject({ ...place, Key, Body: 'one,', Position: 0 });
  assert.equal(first.headers['x-cos-next-append-position'], '4');
  await cos.appendObject({ ...place, Key, Body: 'two', Position: 4 });
  const again = cos.appendObject({ ...place, Key, Body: 'two', Position: 4 });
  await assert.rejects(again, { statusCode: 409, code: 'PositionNotEqualToLength' });
  assert.equal((await cos.getObject({ ...place, Key })).Body.toString(), 'one,two');
}

async function readConditionally(cos) {
  const Key = 'node/renamed';
  const { headers } = await cos.headObject({ ...place, Key });
  const get = (more) => cos.getObject({ ...place, Key, ...more });
  assert.equal((await get({ IfMatch: headers.etag })).statusCode, 200);
  await assert.rejects(get({ IfMatch: '"other"' }), { statusCode: 412, code: 'PreconditionFailed' });
  const unchanged = await get({ IfNoneMatch: headers.etag }).catch((error) => error);
  assert.equal(unchanged.statusCode, 304);
  await assert.rejects(get({ Range: 'bytes=10-' }), { statusCode: 416, code: 'InvalidRange' });
  assert.equal((await get({ ResponseContentType: 'a/b' })).headers['content-type'], 'a/b');
  const path = `${large}.node`;
  await cos.downloadFile({ ...place, Key: 'node/large', FilePath: path, ChunkSize: 4 * 1024 * 1024 });
  assert.deepEqual(fs.readFileSync(path), fs.readFileSync(large));
}

async function preflight(cos) {
  const asked = { Origin: 'http://page.example', AccessControlRequestMethod: 'PUT' };
  const answer = await cos.optionsObject({ ...place, Key: 'k', ...asked, AccessControlRequestHeaders: 'x-cos-meta-a' });
  assert.equal(answer.AccessControlAllowOrigin, 'http://page.example');
  assert.ok(answer.AccessControlAllowMethods.includes('PUT'));
}

async function service(cos) {
  const { Buckets, Owner } = await cos.getService();
  assert.ok(Buckets.map((bucket) => bucket.Name).includes(Bucket));
  assert.ok(Owner.ID.endsWith('1250000000'));
  assert.equal((await cos.getBucketLocation(place)).LocationConstraint, 'ap-beijing');
  assert.deepEqual((await cos.getBucketVersioning(place)).VersioningConfiguration, {});
  await assert.rejects(cos.getBucketLifecycle(place), { statusCode: 501, code: 'NotImplemented' });
}

(async () => {
  const cos = client(SecretKey);
  const checks = [putAndRead, slice, resume, lists, oddKeys, copy, tags, access, append, readConditionally, preflight, service];
  for (const check of checks) {
    await check(cos);
  }
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
