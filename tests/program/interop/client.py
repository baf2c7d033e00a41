"""cos-python-sdk-v5 against the emulator.

Arguments: the emulator's URL, which serves as the client's proxy, so that the real hosts are signed; secret id; secret
key; the bucket; a small file; a large file. Every check is an assertion.
"""

import base64
import hashlib
import sys

from qcloud_cos import CosConfig, CosS3Client
from qcloud_cos.cos_exception import CosServiceError

PROXY, SECRET_ID, SECRET_KEY, BUCKET, SMALL, LARGE = sys.argv[1:]
MIB = 1024 * 1024


def client(secret_key=SECRET_KEY):
    config = CosConfig(
        Region="ap-beijing", SecretId=SECRET_ID, SecretKey=secret_key, Scheme="http", Proxies={"http": PROXY}
    )
    return CosS3Client(config)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def refused(status, code, call, **arguments):
    try:
        call(**arguments)
    except CosServiceError as error:
        # The answer to HEAD has no body, and so no code.
        assert error.get_status_code() == status, (error.get_status_code(), status)
        assert code is None or error.get_error_code() == code, (error.get_error_code(), code)
    else:
        raise AssertionError("not refused: " + str(arguments))


def put_and_read(cos):
    content = read(SMALL)
    key = "python/small 中文 +.txt"
    put = cos.put_object(
        Bucket=BUCKET, Key=key, Body=content, EnableMD5=True, Metadata={"x-cos-meta-who": "me"}, StorageClass="STANDARD_IA"
    )
    assert put["ETag"] == '"' + hashlib.md5(content).hexdigest() + '"', put
    head = cos.head_object(Bucket=BUCKET, Key=key)
    assert int(head["Content-Length"]) == len(content), head
    assert head["x-cos-meta-who"] == "me" and head["x-cos-storage-class"] == "STANDARD_IA", head
    assert head["x-cos-hash-crc64ecma"] == put["x-cos-hash-crc64ecma"], head
    part = cos.get_object(Bucket=BUCKET, Key=key, Range="bytes=2-5")
    assert part["Content-Range"] == "bytes 2-5/%d" % len(content), part
    assert part["Body"].get_raw_stream().read() == content[2:6]
    refused(404, "NoSuchKey", cos.get_object, Bucket=BUCKET, Key="python/none")
    refused(404, None, cos.head_object, Bucket=BUCKET, Key="python/none")
    refused(403, "SignatureDoesNotMatch", client("wrong").get_object, Bucket=BUCKET, Key=key)


def encrypt(cos):
    key = b"0123456789ABCDEF0123456789ABCDEF"
    fields = {
        "SSECustomerAlgorithm": "AES256",
        "SSECustomerKey": base64.b64encode(key).decode(),
        "SSECustomerKeyMD5": base64.b64encode(hashlib.md5(key).digest()).decode(),
    }
    content = read(SMALL)
    cos.put_object(Bucket=BUCKET, Key="python/secret", Body=content, **fields)
    got = cos.get_object(Bucket=BUCKET, Key="python/secret", **fields)
    assert got["Body"].get_raw_stream().read() == content
    refused(400, None, cos.get_object, Bucket=BUCKET, Key="python/secret")
    cos.upload_file(Bucket=BUCKET, Key="python/large secret", LocalFilePath=LARGE, PartSize=5, MAXThread=3, **fields)
    head = cos.head_object(Bucket=BUCKET, Key="python/large secret", **fields)
    assert int(head["Content-Length"]) == len(read(LARGE)), head
    kms = cos.put_object(Bucket=BUCKET, Key="python/kms", Body=content, ServerSideEncryption="cos/kms")
    assert kms["x-cos-server-side-encryption"] == "cos/kms", kms


def resume(cos):
    key = "python/large"
    upload_id = cos.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
    content = read(LARGE)
    for number in (1, 3):
        part = content[(number - 1) * MIB : number * MIB]
        cos.upload_part(Bucket=BUCKET, Key=key, Body=part, PartNumber=number, UploadId=upload_id)
    done = cos.upload_file(Bucket=BUCKET, Key=key, LocalFilePath=LARGE, PartSize=1, MAXThread=3, EnableMD5=True)
    assert done["Key"] == key and done["ETag"].endswith('-%d"' % -(-len(content) // MIB)), done


def lists(cos):
    keys = [entry["Key"] for entry in cos.list_objects(Bucket=BUCKET, Prefix="python/")["Contents"]]
    assert keys == sorted(keys) and "python/large" in keys and "python/small 中文 +.txt" in keys, keys
    page = cos.list_objects(Bucket=BUCKET, Prefix="python/", MaxKeys=1, EncodingType="url")
    assert page["IsTruncated"] == "true" and page["NextMarker"], page
    ids = [cos.create_multipart_upload(Bucket=BUCKET, Key="python/never")["UploadId"] for _ in range(2)]
    part = cos.upload_part(Bucket=BUCKET, Key="python/never", Body=b"x", PartNumber=7, UploadId=ids[0])
    page = cos.list_parts(Bucket=BUCKET, Key="python/never", UploadId=ids[0])
    assert [(entry["PartNumber"], entry["ETag"]) for entry in page["Part"]] == [("7", part["ETag"])], page
    found = cos.list_multipart_uploads(Bucket=BUCKET, Prefix="python/never")["Upload"]
    assert sorted(entry["UploadId"] for entry in found) == sorted(ids), found
    for upload_id in ids:
        cos.abort_multipart_upload(Bucket=BUCKET, Key="python/never", UploadId=upload_id)
    assert "Upload" not in cos.list_multipart_uploads(Bucket=BUCKET, Prefix="python/never")
    refused(404, "NoSuchUpload", cos.list_parts, Bucket=BUCKET, Key="python/never", UploadId=ids[0])


def housekeep(cos):
    assert cos.bucket_exists(BUCKET)
    cos.put_object(Bucket=BUCKET, Key="python/gone", Body=b"x")
    cos.delete_object(Bucket=BUCKET, Key="python/gone")
    assert not cos.object_exists(BUCKET, "python/gone")
    url = cos.get_presigned_download_url(Bucket=BUCKET, Key="python/large")
    import requests

    assert requests.get(url, proxies={"http": PROXY}).content == read(LARGE)


cos = client()
for check in (put_and_read, encrypt, resume, lists, housekeep):
    check(cos)
