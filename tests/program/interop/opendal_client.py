"""opendal against the emulator. Arguments and proxy as for client.py. The client is written in Rust and has a signer of its
own, which signs other headers than the official clients."""

import os
import sys

PROXY, SECRET_ID, SECRET_KEY, BUCKET, SMALL, LARGE = sys.argv[1:]
os.environ["http_proxy"] = PROXY
import opendal  # noqa: E402

fs = opendal.Operator(
    "cos",
    root="/dal",
    bucket=BUCKET,
    endpoint="http://cos.ap-beijing.myqcloud.com",
    secret_id=SECRET_ID,
    secret_key=SECRET_KEY,
    disable_config_load="true",
)
ODD_NAMES = ["a b", "a+b%20c%", "中文/😀", "&<>\"'", "tab\tand\nlines", "!'()*~;,=:@$#?"]


def read(path):
    with open(path, "rb") as file:
        return file.read()


def upload():
    fs.check()
    fs.write("small 中文 +.txt", read(SMALL), content_type="text/x", cache_control="no-cache", user_metadata={"a": "1"})
    stat = fs.stat("small 中文 +.txt")
    assert (stat.content_length, stat.content_type) == (len(read(SMALL)), "text/x"), stat
    fs.write("large", read(LARGE), chunk=5 * 1024 * 1024, concurrent=3)
    assert bytes(fs.read("large")) == read(LARGE)
    assert bytes(fs.read("large", offset=7, size=100)) == read(LARGE)[7:107]
    assert bytes(fs.read("small 中文 +.txt", if_match=stat.etag)) == read(SMALL)
    for wrong in ({"if_match": '"other"'}, {"if_none_match": stat.etag}):
        refused(opendal.exceptions.ConditionNotMatch, fs.read, "small 中文 +.txt", **wrong)
    refused(opendal.exceptions.NotFound, fs.stat, "none")
    refused(opendal.exceptions.ConditionNotMatch, fs.write, "large", b"x", if_not_exists=True)


def refused(error, call, *arguments, **more):
    try:
        call(*arguments, **more)
    except error:
        return
    raise AssertionError(f"not refused: {arguments}")


def append():
    fs.write("appended", b"one,", append=True)
    fs.write("appended", b"two", append=True)
    assert bytes(fs.read("appended")) == b"one,two"


def copy_and_delete():
    fs.copy("small 中文 +.txt", "copied &+.txt")
    assert bytes(fs.read("copied &+.txt")) == read(SMALL)
    fs.delete("copied &+.txt")
    fs.delete("copied &+.txt")
    assert not fs.exists("copied &+.txt")


def lists():
    for name in ODD_NAMES:
        fs.write("odd/" + name, name.encode())
        assert bytes(fs.read("odd/" + name)) == name.encode()
    fs.create_dir("odd/empty/")
    found = {entry.path for entry in fs.scan("odd/")}
    assert {"odd/" + name for name in ODD_NAMES} | {"odd/empty/"} <= found, found
    found = {entry.path for entry in fs.list("odd/")}
    assert "odd/中文/" in found and "odd/empty/" in found, found
    fs.remove_all("odd/")
    assert not fs.exists("odd/&<>\"'")


for check in (upload, append, copy_and_delete, lists):
    check()
