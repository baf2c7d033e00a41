"""A PyPI wheel that holds the program itself: `pip install cosput` puts it on the path."""
import base64
import hashlib
import pathlib
from collections.abc import Iterable

import archives
import project

#: Where completions belong below a Python environment.
SHELLS = {
    "cosput.bash": "bash-completion/completions/cosput",
    "_cosput": "zsh/site-functions/_cosput",
    "cosput.fish": "fish/vendor_completions.d/cosput.fish",
}


def build(platform: str, binary: pathlib.Path, licences: pathlib.Path, out: pathlib.Path) -> pathlib.Path:
    """Packs a wheel. The same content gives the same bytes."""
    name, tags = f"cosput-{project.version()}", project.PLATFORMS[platform][1]
    info, data = f"{name}.dist-info", f"{name}.data"
    content = {f"{data}/scripts/{project.program(platform)}": (binary.read_bytes(), 0o755)}
    if not platform.startswith("windows"):
        for page in project.pages():
            content[f"{data}/data/share/man/man1/{page.name}"] = (page.read_bytes(), 0o644)
        for source, target in SHELLS.items():
            content[f"{data}/data/share/{target}"] = ((project.ROOT / "completions" / source).read_bytes(), 0o644)
    texts = {path.name: path for path in project.texts() if path.name.startswith("LICENSE")} | {project.LICENCES: licences}
    for text, path in texts.items():
        content[f"{info}/licenses/{text}"] = (path.read_bytes(), 0o644)
    content[f"{info}/METADATA"] = (metadata(texts).encode(), 0o644)
    content[f"{info}/WHEEL"] = (wheel(tags).encode(), 0o644)
    record = f"{info}/RECORD"
    content[record] = ((listing(content) + f"{record},,\n").encode(), 0o644)
    return archives.as_zip(out / f"{name}-py3-none-{tags}.whl", content)


def metadata(licences: Iterable[str]) -> str:
    """The metadata, with the README as the long description."""
    files = "".join(f"License-File: {name}\n" for name in licences)
    return (
        f"Metadata-Version: 2.4\nName: cosput\nVersion: {project.version()}\nSummary: {project.SUMMARY}\n"
        f"License-Expression: MIT OR Apache-2.0\n{files}Requires-Python: >=3.7\n"
        f"Description-Content-Type: text/markdown\n\n{(project.ROOT / 'README.md').read_text()}"
    )


def wheel(tags: str) -> str:
    """What kind of wheel this is."""
    lines = "".join(f"Tag: py3-none-{tag}\n" for tag in tags.split("."))
    return f"Wheel-Version: 1.0\nGenerator: cosput packaging\nRoot-Is-Purelib: false\n{lines}"


def listing(content: dict) -> str:
    """Each file with its hash and size."""
    def line(name: str, data: bytes) -> str:
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        return f"{name},sha256={digest},{len(data)}\n"

    return "".join(line(name, data) for name, (data, _) in content.items())
