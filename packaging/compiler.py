"""Compiles the program for a platform: on Linux static, with musl, so that one build runs on every distribution."""
import os
import pathlib
import shutil
import subprocess
import sys

import macos_stubs
import project

#: The oldest macOS that the program is built for, as the tags of the wheels say too.
MACOS = "11.0"

#: The static program's allocator, jemalloc: one arena, since a run has few threads; memory back after a tenth of a second; and
#: threads that keep little for their next allocations, but some of the 16 KiB that are encrypted at a time.
OF_THREADS = "tcache_max:20480,tcache_nslots_small_min:4,tcache_nslots_small_max:16,tcache_nslots_large:4"
ALLOCATOR = {"JEMALLOC_SYS_WITH_MALLOC_CONF": f"narenas:1,dirty_decay_ms:100,muzzy_decay_ms:0,{OF_THREADS}"}
#: Names that tell apart what one generic function is compiled to, as .cargo/config.toml has it too; for code_order.ld.
NAMES = "-Csymbol-mangling-version=v0"
#: Kernels on Arm have pages of 4 to 64 KiB; it must know the largest.
PAGES_ON_ARM = {"JEMALLOC_SYS_WITH_LG_PAGE": "16"}


def compiled(platform: str, profile: str = "release") -> pathlib.Path:
    """Builds the program with a profile of Cargo.toml. No path of this machine gets into it."""
    target = project.PLATFORMS[platform][0]
    targets = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", project.ROOT / "target"))
    paths = {project.ROOT: "cosput", cargo_home(): "cargo"} | standard_library()
    flags = [f"--remap-path-prefix={path}={name}" for path, name in paths.items()]
    if platform.startswith("linux"):
        flags.append(NAMES)
    if foreign_macos(platform):
        flags += [f"-Clink-arg=-F{macos_stubs.write(target, targets / 'frameworks')}"]
    environment = os.environ | ALLOCATOR | (PAGES_ON_ARM if platform == "linux-aarch64" else {})
    environment |= {"CARGO_ENCODED_RUSTFLAGS": "\x1f".join(flags), "MACOSX_DEPLOYMENT_TARGET": MACOS}
    if shutil.which("rustup"):
        subprocess.run(["rustup", "--quiet", "target", "add", target], cwd=project.ROOT, check=True)
    command = ["cargo", subcommand(platform), "--profile", profile, "--locked", "--bin", "cosput", "--target", target]
    subprocess.run(command, cwd=project.ROOT, env=environment, check=True)
    return targets / target / profile / project.program(platform)


def subcommand(platform: str) -> str:
    """How cargo builds: with zig as the linker and C compiler, if this machine's own do not build for the platform."""
    if not platform.startswith("linux") and not foreign_macos(platform):
        return "build"
    if not shutil.which("cargo-zigbuild"):
        sys.exit("cargo-zigbuild is not installed: pip install cargo-zigbuild ziglang")
    return "zigbuild"


def foreign_macos(platform: str) -> bool:
    """Whether this is a build for macOS on another system, which has none of Apple's libraries."""
    return platform.startswith("macos") and not project.here().startswith("macos")


def standard_library() -> dict[str, str]:
    """Where the sources of Rust's standard library are, if they are installed, and what stands for them elsewhere."""
    sysroot, version = (subprocess.check_output(["rustc", *told], text=True) for told in (["--print", "sysroot"], ["-vV"]))
    commit = next(line.split()[1] for line in version.splitlines() if line.startswith("commit-hash"))
    return {f"{sysroot.strip()}/lib/rustlib/src/rust": f"/rustc/{commit}"}


def cargo_home() -> str:
    """Where the sources of the dependencies are."""
    return os.environ.get("CARGO_HOME", str(pathlib.Path.home() / ".cargo"))
