"""The project as the packages see it: its version, its files, the time that goes into archives."""
import os
import pathlib
import platform as machine
import subprocess
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
#: The name inside of packages of the licences of everything that is linked.
LICENCES = "THIRD-PARTY-LICENSES.txt"
SUMMARY = "Upload files to Tencent Cloud COS and CDCS, verified and resumable"

#: The name of a platform in file names: the Rust target, the tags of its wheel, the architecture of .deb and .rpm.
PLATFORMS = {
    "linux-x86_64": ("x86_64-unknown-linux-musl", "manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64", "amd64"),
    "linux-aarch64": ("aarch64-unknown-linux-musl", "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64", "arm64"),
    "macos-x86_64": ("x86_64-apple-darwin", "macosx_11_0_x86_64", None),
    "macos-aarch64": ("aarch64-apple-darwin", "macosx_11_0_arm64", None),
    "windows-x86_64": ("x86_64-pc-windows-msvc", "win_amd64", None),
}


def version() -> str:
    """The one version number: that of Cargo.toml."""
    return tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]["version"]


def here() -> str:
    """The platform of this machine."""
    system = {"Darwin": "macos"}.get(machine.system(), machine.system().lower())
    kind = {"AMD64": "x86_64", "arm64": "aarch64"}.get(machine.machine(), machine.machine())
    return f"{system}-{kind}"


def epoch() -> int:
    """The time of every file in every package, so that the same commit gives the same bytes."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    return int(subprocess.check_output(["git", "log", "-1", "--format=%ct"], cwd=ROOT, text=True))


def program(platform: str) -> str:
    """The name of the program on a platform."""
    return "cosput.exe" if platform.startswith("windows") else "cosput"


def texts() -> list[pathlib.Path]:
    """What each package holds beside the program."""
    return [ROOT / name for name in ("README.md", "README.zh-CN.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE")]


def pages() -> list[pathlib.Path]:
    """The man pages."""
    return sorted((ROOT / "man").glob("*.1"))


def completions() -> list[pathlib.Path]:
    """The completions of all shells."""
    return sorted(path for path in (ROOT / "completions").iterdir() if path.is_file())
