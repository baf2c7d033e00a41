"""Manifests for Homebrew, Scoop and winget, written from templates with the hashes of the archives that were built."""
import hashlib
import pathlib

import project

TEMPLATES = project.ROOT / "packaging" / "channels"


def build(out: pathlib.Path, downloads: str) -> list[pathlib.Path]:
    """Fills in each template whose archives are all there. `downloads` is the address of the folder with the archives."""
    values = {"VERSION": project.version(), "DOWNLOADS": downloads.rstrip("/"), "SUMMARY": project.SUMMARY}
    for platform in project.PLATFORMS:
        ending = "zip" if platform.startswith("windows") else "tar.gz"
        archive = out / f"cosput-{project.version()}-{platform}.{ending}"
        if archive.exists():
            values[f"SHA256_{platform}"] = hashlib.sha256(archive.read_bytes()).hexdigest()
    made = []
    for template in sorted(TEMPLATES.iterdir()):
        text = template.read_text()
        for name, value in values.items():
            text = text.replace(f"@{name}@", value)
        if "@SHA256_" in text:
            print(f"{template.name}: left out, since not all of its archives were built")
            continue
        path = out / template.name.removesuffix(".in")
        path.write_text(text)
        made.append(path)
    return made
