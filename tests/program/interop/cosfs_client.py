"""cosfs, the file system of fsspec, against the emulator. Arguments and proxy as for client.py."""

import os
import sys

import fsspec

PROXY, SECRET_ID, SECRET_KEY, BUCKET, SMALL, LARGE = sys.argv[1:]
os.environ["http_proxy"] = PROXY
ROOT = BUCKET + "/fs"
fs = fsspec.filesystem(
    "cosn",
    region="ap-beijing",
    secret_id=SECRET_ID,
    secret_key=SECRET_KEY,
    scheme="http",
    max_retry_num=1,
    multipart_size=1024 * 1024,
    multipart_threshold=4 * 1024 * 1024,
    use_listings_cache=False,
)
ODD_NAMES = ["a b", "a+b%20c%", "中文 😀", "&<>\"'", "tab\tand\nlines", "!'()*~;,=:@$"]


def read(path):
    with open(path, "rb") as file:
        return file.read()


def upload():
    fs.pipe_file(ROOT + "/piped", b"piped")
    assert fs.cat_file(ROOT + "/piped") == b"piped"
    fs.put_file(SMALL, ROOT + "/small 中文 +.txt")
    fs.put_file(LARGE, ROOT + "/large")
    assert fs.info(ROOT + "/large")["size"] == len(read(LARGE))
    assert fs.cat_file(ROOT + "/large", start=5, end=1000) == read(LARGE)[5:1000]
    fs.get_file(ROOT + "/large", LARGE + ".fs")
    assert read(LARGE + ".fs") == read(LARGE)
    with fs.open(ROOT + "/written", "wb", block_size=5 * 1024 * 1024) as file:
        file.write(read(LARGE))
    with fs.open(ROOT + "/written", "rb") as file:
        file.seek(1024)
        assert file.read(4096) == read(LARGE)[1024:5120]
    assert not fs.exists(ROOT + "/none")


def copy_and_move():
    fs.copy(ROOT + "/small 中文 +.txt", ROOT + "/copied &.txt")
    assert fs.cat_file(ROOT + "/copied &.txt") == read(SMALL)
    fs.mv(ROOT + "/copied &.txt", ROOT + "/moved")
    assert fs.exists(ROOT + "/moved") and not fs.exists(ROOT + "/copied &.txt")
    fs.copy(ROOT + "/large", ROOT + "/large copy")
    assert fs.cat_file(ROOT + "/large copy") == read(LARGE)


def lists():
    for name in ODD_NAMES:
        fs.pipe_file(f"{ROOT}/odd/{name}", name.encode())
        assert fs.cat_file(f"{ROOT}/odd/{name}") == name.encode()
    fs.pipe_file(ROOT + "/odd/dir/inner", b"x")
    expected = sorted(f"{ROOT}/odd/{name}" for name in ODD_NAMES + ["dir"])
    assert fs.ls(ROOT + "/odd") == expected, fs.ls(ROOT + "/odd")
    assert ROOT + "/odd/dir/inner" in fs.find(ROOT + "/odd")
    assert fs.isdir(ROOT + "/odd/dir") and fs.isfile(ROOT + "/odd/a b")
    assert BUCKET in fs.ls("")
    fs.rm(ROOT + "/odd", recursive=True)
    assert not fs.exists(ROOT + "/odd/a b")


for check in (upload, copy_and_move, lists):
    check()
