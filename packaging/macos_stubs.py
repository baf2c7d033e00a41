"""Stubs of Apple's frameworks, to link a program for macOS on another system: the names that the dependencies declare."""
import json
import pathlib
import re
import subprocess

import project

#: Which package declares the functions and constants of a framework.
FRAMEWORKS = {"CoreFoundation": "core-foundation-sys", "Security": "security-framework-sys"}

STUB = """\
--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos, arm64-macos ]
install-name: '/System/Library/Frameworks/{name}.framework/Versions/A/{name}'
exports:
  - targets: [ x86_64-macos, arm64-macos ]
    symbols: [ {symbols} ]
...
"""


def write(target: str, out: pathlib.Path) -> pathlib.Path:
    """Writes the stubs and returns the folder that the linker searches."""
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", target]
    metadata = json.loads(subprocess.check_output(command, cwd=project.ROOT))
    sources = {package["name"]: pathlib.Path(package["manifest_path"]).parent for package in metadata["packages"]}
    for framework, package in FRAMEWORKS.items():
        folder = out / f"{framework}.framework"
        folder.mkdir(parents=True, exist_ok=True)
        symbols = ", ".join(f"_{name}" for name in declared(sources[package]))
        (folder / f"{framework}.tbd").write_text(STUB.format(name=framework, symbols=symbols))
    return out


def declared(package: pathlib.Path) -> list[str]:
    """The functions and constants that the sources of a package declare."""
    names = set()
    for path in package.rglob("*.rs"):
        names |= set(re.findall(r"\bpub (?:fn|static(?: mut)?) (\w+)\s*[(:]", path.read_text()))
    return sorted(names)
