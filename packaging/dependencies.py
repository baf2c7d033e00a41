"""What is linked into the program: a bill of materials (CycloneDX 1.5), and the licences of all dependencies."""
import hashlib
import json
import pathlib
import subprocess

import project

#: Names under which crates ship their licences.
PATTERNS = ("LICENSE*", "LICENCE*", "COPYING*", "NOTICE*", "UNLICENSE*", "jemalloc/COPYING")


def linked(platform: str) -> list[dict]:
    """The packages that end up in the program on a platform, without those for tests and builds."""
    target = project.PLATFORMS[platform][0]
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", target]
    metadata = json.loads(subprocess.check_output(command, cwd=project.ROOT))
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    found, waiting = set(), [metadata["resolve"]["root"]]
    while waiting:
        package = waiting.pop()
        if package in found:
            continue
        found.add(package)
        for dependency in nodes[package]["deps"]:
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                waiting.append(dependency["pkg"])
    packages = [package for package in metadata["packages"] if package["id"] in found and package["source"]]
    return sorted(packages, key=lambda package: (package["name"], package["version"]))


def bill(platform: str, out: pathlib.Path) -> pathlib.Path:
    """Writes the bill of materials."""
    components = [
        {
            "type": "library",
            "name": package["name"],
            "version": package["version"],
            "purl": f"pkg:cargo/{package['name']}@{package['version']}",
            "licenses": [{"expression": expression(package)}],
        }
        for package in linked(platform)
    ]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "cosput", "version": project.version()}},
        "components": components,
    }
    path = out / f"cosput-{project.version()}-{platform}.cdx.json"
    path.write_text(json.dumps(document, indent=1) + "\n")
    return path


def runtime(platform: str) -> str:
    """The licence of what the compiler links in, which is no package of cargo."""
    holders = ["The Rust Project contributors (the standard library of Rust)"]
    if platform.startswith("linux"):
        holders.append("2005-2020 Rich Felker, et al. (musl)")
    terms = (project.ROOT / "LICENSE-MIT").read_text().split("\n\n", 2)[2].strip()
    notices = "\n".join(f"Copyright (c) {holder}" for holder in holders)
    return f"{'-' * 78}\n\nMIT License\n\n{notices}\n\n{terms}"


def expression(package: dict) -> str:
    """The licence as SPDX writes it; some crates still use a slash for OR."""
    return (package["license"] or "NOASSERTION").replace("/", " OR ").replace("  ", " ")


def licences(platform: str, out: pathlib.Path) -> pathlib.Path:
    """Writes the licences of all linked packages; a text that several share stands there once."""
    texts: dict[str, tuple[str, list[str]]] = {}
    without = []
    for package in linked(platform):
        name = f"{package['name']} {package['version']} ({expression(package)})"
        folder = pathlib.Path(package["manifest_path"]).parent
        files = sorted({path for pattern in PATTERNS for path in folder.glob(pattern) if path.is_file()})
        if not files:
            without.append(name)
        for path in files:
            text = path.read_text(errors="replace").strip()
            key = hashlib.sha256("".join(text.split()).encode()).hexdigest()
            texts.setdefault(key, (text, []))[1].append(name)
    sections = ["cosput is linked with the packages named below. Each text is followed by the packages that come with it."]
    for text, names in sorted(texts.values(), key=lambda entry: entry[1]):
        rule = "-" * 78
        sections.append(f"{rule}\n\n{text}\n\nPackages: {', '.join(names)}")
    sections.append(runtime(platform))
    if without:
        sections.append("These packages name their licence without a text of their own: " + ", ".join(without))
    path = out / f"cosput-{project.version()}-{platform}-licenses.txt"
    path.write_text("\n\n".join(sections) + "\n")
    return path
