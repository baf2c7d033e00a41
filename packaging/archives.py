"""tar.gz for Linux and macOS, zip for Windows: the program, completions, man pages, licences."""
import gzip
import io
import pathlib
import tarfile
import time
import zipfile

import project


def build(platform: str, binary: pathlib.Path, licences: pathlib.Path, out: pathlib.Path) -> pathlib.Path:
    """Packs an archive. The same content gives the same bytes."""
    folder = f"cosput-{project.version()}-{platform}"
    content = {f"{folder}/{project.program(platform)}": (binary.read_bytes(), 0o755)}
    for path in project.texts():
        content[f"{folder}/{path.name}"] = (path.read_bytes(), 0o644)
    content[f"{folder}/{project.LICENCES}"] = (licences.read_bytes(), 0o644)
    for path in project.completions():
        content[f"{folder}/completions/{path.name}"] = (path.read_bytes(), 0o644)
    if platform.startswith("windows"):
        return as_zip(out / f"{folder}.zip", content)
    for path in project.pages():
        content[f"{folder}/man/{path.name}"] = (path.read_bytes(), 0o644)
    return as_tar(out / f"{folder}.tar.gz", content)


def as_tar(path: pathlib.Path, content: dict) -> pathlib.Path:
    """A tar.gz with fixed owners and times."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, (data, mode) in content.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.mtime = len(data), mode, project.epoch()
            archive.addfile(info, io.BytesIO(data))
    with path.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=project.epoch()) as packed:
        packed.write(plain.getvalue())
    return path


def as_zip(path: pathlib.Path, content: dict) -> pathlib.Path:
    """A zip with fixed modes and times."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, (data, mode) in content.items():
            info = zipfile.ZipInfo(name, time.gmtime(project.epoch())[:6])
            info.external_attr = (0o100000 | mode) << 16
            info.create_system = 3
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return path
