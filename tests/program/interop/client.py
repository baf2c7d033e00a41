"""cos-python-sdk-v5 against the emulator.

Arguments: the emulator's URL, which serves as the client's proxy, so that the real hosts are signed; secret id; secret
key; the bucket; a small file; a large file. Every check is an assertion.
"""

import base64
import hashlib
import sys
from urllib.parse import unquote

import requests
from qcloud_cos import CosConfig, CosS3Client
from qcloud_cos.cos_exception import CosServiceError

PROXY, SECRET_ID, SECRET_KEY, BUCKET, SMALL, LARGE = sys.argv[1:]
PROXIES = {"http": PROXY}
MIB = 1024 * 1024


def client(secret_key=SECRET_KEY, retry=3):
    config = CosConfig(
        Region="ap-beijing", SecretId=SECRET_ID, SecretKey=secret_key, Scheme="http", Proxies=PROXIES
    )
    return CosS3Client(config, retry=retry)


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
    assert BUCKET in [entry["Name"] for entry in cos.list_buckets()["Buckets"]["Bucket"]]
    assert cos.get_bucket_location(Bucket=BUCKET)["LocationConstraint"]
    assert "Status" not in cos.get_bucket_versioning(Bucket=BUCKET)
    cos.put_object(Bucket=BUCKET, Key="python/gone", Body=b"x")
    cos.delete_object(Bucket=BUCKET, Key="python/gone")
    assert not cos.object_exists(BUCKET, "python/gone")
    url = cos.get_presigned_download_url(Bucket=BUCKET, Key="python/large")
    assert requests.get(url, proxies=PROXIES).content == read(LARGE)


# The client drops one slash at the beginning of a key, so "//" stands for a key that begins with one.
ODD_KEYS = [
    " blank at both ends ",
    "a+b%20c%",
    "中文/😀.txt",
    "two//slashes",
    "//leading",
    "dir/",
    "&<>\"'",
    "tab\tand\nlines",
    "e\u0301 is not \u00e9",
    "!'()*~;,=:@$?#",
]


def odd_keys(cos):
    """Every key is stored, read, found in a list and deleted by the document of DELETE Multiple Objects."""
    stored = {}
    for number, odd in enumerate(ODD_KEYS):
        key = odd if odd.startswith("/") else "odd/" + odd
        body = str(number).encode()
        cos.put_object(Bucket=BUCKET, Key=key, Body=body)
        assert content_of(cos, key) == body, key
        stored[key[1:] if key.startswith("/") else key] = body
    for prefix in ("odd/", "/"):
        page = cos.list_objects(Bucket=BUCKET, Prefix=prefix, EncodingType="url")
        found = {unquote(entry["Key"]) for entry in page["Contents"]}
        assert found == {key for key in stored if key.startswith(prefix)}, found
        plain = cos.list_objects(Bucket=BUCKET, Prefix=prefix)
        assert {entry["Key"] for entry in plain["Contents"]} == found, plain
    pages = []
    marker = ""
    while marker is not None:
        page = cos.list_objects(Bucket=BUCKET, Prefix="odd/", Delimiter="/", MaxKeys=2, Marker=marker)
        pages += [entry["Key"] for entry in page.get("Contents", [])]
        pages += [entry["Prefix"] for entry in page.get("CommonPrefixes", [])]
        marker = page["NextMarker"] if page["IsTruncated"] == "true" else None
    assert sorted(pages) == sorted({"odd/" + folded(key[4:]) for key in stored if key.startswith("odd/")}), pages
    document = {"Quiet": "false", "Object": [{"Key": key} for key in stored] + [{"Key": "odd/never"}]}
    deleted = cos.delete_objects(Bucket=BUCKET, Delete=document)
    assert {entry["Key"] for entry in deleted["Deleted"]} == set(stored) | {"odd/never"}, deleted
    assert "Contents" not in cos.list_objects(Bucket=BUCKET, Prefix="odd/")
    quiet = cos.delete_objects(Bucket=BUCKET, Delete={"Quiet": "true", "Object": [{"Key": "odd/never"}]})
    assert "Deleted" not in quiet, quiet


def folded(name):
    first, slash, _ = name.partition("/")
    return first + slash


def content_of(cos, key, **more):
    return cos.get_object(Bucket=BUCKET, Key=key, **more)["Body"].get_raw_stream().read()


def copy(cos):
    content = read(LARGE)
    source = {"Bucket": BUCKET, "Region": "ap-beijing"}
    key = "python/&copy 中文+%.txt"
    cos.put_object(
        Bucket=BUCKET, Key=key, Body=b"text", ContentType="text/x", Metadata={"x-cos-meta-a": "1"}, CacheControl="no-cache"
    )
    done = cos.copy_object(Bucket=BUCKET, Key="python/copied", CopySource={**source, "Key": key})
    assert done["ETag"] == '"' + hashlib.md5(b"text").hexdigest() + '"', done
    head = cos.head_object(Bucket=BUCKET, Key="python/copied")
    assert (head["Content-Type"], head["x-cos-meta-a"], head["Cache-Control"]) == ("text/x", "1", "no-cache"), head
    replaced = {"Metadata": {"x-cos-meta-b": "2"}, "CopyStatus": "Replaced"}
    cos.copy_object(Bucket=BUCKET, Key="python/copied", CopySource={**source, "Key": "python/copied"}, **replaced)
    head = cos.head_object(Bucket=BUCKET, Key="python/copied")
    assert head["x-cos-meta-b"] == "2" and "x-cos-meta-a" not in head, head
    cos.copy(Bucket="other-1250000000", Key="python/copied", CopySource={**source, "Key": "python/large"})
    there = cos.get_object(Bucket="other-1250000000", Key="python/copied")["Body"].get_raw_stream().read()
    assert there == content
    wrong = {"CopySource": {**source, "Key": "python/large"}, "CopySourceIfMatch": '"other"'}
    refused(412, "PreconditionFailed", cos.copy_object, Bucket=BUCKET, Key="python/copied", **wrong)
    refused(404, "NoSuchKey", cos.copy_object, Bucket=BUCKET, Key="k", CopySource={**source, "Key": "python/none"})
    # A small threshold makes the client copy in parts if the storage class changes.
    parted = client()
    parted._conf.set_copy_part_threshold_size(MIB)
    parted.copy(
        Bucket=BUCKET, Key="python/parts", CopySource={**source, "Key": "python/large"}, PartSize=4, StorageClass="STANDARD_IA"
    )
    assert content_of(cos, "python/parts") == content
    assert cos.head_object(Bucket=BUCKET, Key="python/parts")["x-cos-storage-class"] == "STANDARD_IA"


def tags(cos):
    key = "python/tagged +.txt"
    cos.put_object(Bucket=BUCKET, Key=key, Body=b"x", **{"Tagging": "a=1&b%20c=%E4%B8%AD"})
    assert tags_of(cos, key) == {"a": "1", "b c": "中"}
    assert cos.head_object(Bucket=BUCKET, Key=key)["x-cos-tagging-count"] == "2"
    tag = [{"Key": "k +-=._:/@", "Value": " v "}]
    cos.put_object_tagging(Bucket=BUCKET, Key=key, Tagging={"TagSet": {"Tag": tag}})
    assert tags_of(cos, key) == {"k +-=._:/@": " v "}, tags_of(cos, key)
    many = [{"Key": str(number), "Value": "v"} for number in range(11)]
    refused(400, None, cos.put_object_tagging, Bucket=BUCKET, Key=key, Tagging={"TagSet": {"Tag": many}})
    cos.delete_object_tagging(Bucket=BUCKET, Key=key)
    assert tags_of(cos, key) == {}


def tags_of(cos, key):
    tag_set = cos.get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"] or {"Tag": []}
    return {tag["Key"]: tag["Value"] for tag in tag_set["Tag"]}


def access(cos):
    key = "python/public 中.txt"
    url = cos.get_object_url(Bucket=BUCKET, Key=key)
    cos.put_object(Bucket=BUCKET, Key=key, Body=b"open")
    assert cos.get_object_acl(Bucket=BUCKET, Key=key)["CannedACL"] == "default"
    assert requests.get(url, proxies=PROXIES).status_code == 403
    cos.put_object_acl(Bucket=BUCKET, Key=key, ACL="public-read")
    assert requests.get(url, proxies=PROXIES).content == b"open"
    assert requests.put(url, data=b"closed", proxies=PROXIES).status_code == 403
    assert cos.get_object_acl(Bucket=BUCKET, Key=key)["CannedACL"] == "public-read"
    cos.put_object_acl(Bucket=BUCKET, Key=key, ACL="private", GrantRead='id="100000000002"')
    assert requests.get(url, proxies=PROXIES).status_code == 403
    acl = cos.get_object_acl(Bucket=BUCKET, Key=key)
    assert acl["CannedACL"] == "private" and len(acl["AccessControlList"]["Grant"]) == 2, acl
    everyone = {"Grantee": {"Type": "Group", "URI": "http://cam.qcloud.com/groups/global/AllUsers"}, "Permission": "READ"}
    policy = {"Owner": acl["Owner"], "AccessControlList": {"Grant": [everyone]}}
    cos.put_object_acl(Bucket=BUCKET, Key=key, AccessControlPolicy=policy)
    assert requests.get(url, proxies=PROXIES).content == b"open"
    # What the client read it can write.
    acl = cos.get_object_acl(Bucket=BUCKET, Key=key)
    cos.put_object_acl(
        Bucket=BUCKET, Key=key, AccessControlPolicy={name: acl[name] for name in ("Owner", "AccessControlList")}
    )
    assert requests.get(url, proxies=PROXIES).content == b"open"
    refused(400, "InvalidArgument", cos.put_object_acl, Bucket=BUCKET, Key=key, ACL="everyone")


def append(cos):
    key = "python/appended +"
    first = cos.append_object(Bucket=BUCKET, Key=key, Position=0, Data=b"one,", ContentType="text/x")
    assert first["x-cos-next-append-position"] == "4", first
    refused(409, "PositionNotEqualToLength", cos.append_object, Bucket=BUCKET, Key=key, Position=0, Data=b"two")
    second = cos.append_object(Bucket=BUCKET, Key=key, Position=4, Data=b"two")
    assert content_of(cos, key) == b"one,two"
    head = cos.head_object(Bucket=BUCKET, Key=key)
    assert (head["x-cos-object-type"], head["Content-Type"]) == ("appendable", "text/x"), head
    assert head["x-cos-hash-crc64ecma"] == second["x-cos-hash-crc64ecma"], (head, second)
    wrong = base64.b64encode(hashlib.md5(b"other").digest()).decode()
    refused(400, "BadDigest", cos.append_object, Bucket=BUCKET, Key=key, Position=7, Data=b"x", ContentMD5=wrong)
    assert content_of(cos, key) == b"one,two"
    cos.put_object(Bucket=BUCKET, Key="python/normal", Body=b"x")
    refused(409, "ObjectNotAppendable", cos.append_object, Bucket=BUCKET, Key="python/normal", Position=1, Data=b"x")


def read_conditionally(cos):
    key = "python/small 中文 +.txt"
    etag = cos.head_object(Bucket=BUCKET, Key=key)["ETag"]
    place = {"Bucket": BUCKET, "Key": key}
    assert content_of(cos, key, IfMatch=etag) == read(SMALL)
    refused(412, "PreconditionFailed", cos.get_object, **place, IfMatch='"other"')
    refused(416, "InvalidRange", cos.get_object, **place, Range="bytes=1000-")
    assert content_of(cos, key, Range="bytes=-3") == read(SMALL)[-3:]
    got = cos.get_object(**place, ResponseContentType="text/y", ResponseContentDisposition='attachment; filename="a b"')
    assert (got["Content-Type"], got["Content-Disposition"]) == ("text/y", 'attachment; filename="a b"'), got
    cos.download_file(Bucket=BUCKET, Key="python/large", DestFilePath=LARGE + ".back", PartSize=5, EnableCRC=True)
    assert read(LARGE + ".back") == read(LARGE)


def presign(cos):
    key = "python/presigned &+中.txt"
    url = cos.get_presigned_url(Bucket=BUCKET, Key=key, Method="PUT", Headers={"x-cos-meta-a": "1"})
    assert requests.put(url, data=b"signed", proxies=PROXIES).status_code == 403, "a signed header is missing"
    assert requests.put(url, data=b"signed", headers={"x-cos-meta-a": "1"}, proxies=PROXIES).status_code == 200
    url = cos.get_presigned_url(Bucket=BUCKET, Key=key, Method="GET", Params={"response-content-type": "a/b"})
    got = requests.get(url, proxies=PROXIES)
    assert (got.content, got.headers["Content-Type"]) == (b"signed", "a/b"), got.headers
    assert requests.get(url.replace("a%2Fb", "a%2Fc"), proxies=PROXIES).status_code == 403
    assert requests.delete(url, proxies=PROXIES).status_code == 403


def versions(cos):
    bucket = "versioned-1250000000"
    place = {"Bucket": bucket, "Key": "python/k +.txt"}
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    assert cos.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    first, second = (cos.put_object(**place, Body=body)["x-cos-version-id"] for body in (b"one", b"two"))
    assert cos.head_object(**place)["x-cos-version-id"] == second
    assert cos.get_object(**place, VersionId=first)["Body"].get_raw_stream().read() == b"one"
    source = {"Bucket": bucket, "Key": place["Key"], "VersionId": first, "Region": "ap-beijing"}
    cos.copy_object(Bucket=bucket, Key="python/copy", CopySource=source)
    assert cos.get_object(Bucket=bucket, Key="python/copy")["Body"].get_raw_stream().read() == b"one"
    marker = cos.delete_object(**place)
    assert marker["x-cos-delete-marker"] == "true", marker
    refused(404, "NoSuchKey", cos.get_object, **place)
    cos.delete_object(**place, VersionId=marker["x-cos-version-id"])
    cos.delete_object(**place, VersionId=second)
    assert cos.get_object(**place)["Body"].get_raw_stream().read() == b"one"
    refused(404, "NoSuchVersion", cos.get_object, **place, VersionId=second)


def refuse_what_is_not_built(cos):
    """Nothing happens to the object. The client would repeat a request that is answered with 501."""
    cos = client(retry=0)
    place = {"Bucket": BUCKET, "Key": "python/normal"}
    refused(501, "NotImplemented", cos.list_objects_versions, Bucket=BUCKET)
    refused(501, "NotImplemented", cos.restore_object, **place, RestoreRequest={"Days": 1})
    refused(501, "NotImplemented", cos.put_bucket_lifecycle, Bucket=BUCKET, LifecycleConfiguration={"Rule": []})
    assert content_of(cos, "python/normal") == b"x"


cos = client()
for check in (
    put_and_read,
    encrypt,
    resume,
    lists,
    housekeep,
    odd_keys,
    copy,
    tags,
    access,
    append,
    read_conditionally,
    presign,
    versions,
    refuse_what_is_not_built,
):
    check(cos)
