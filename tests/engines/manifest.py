"""What a Kubernetes manifest says, and what Kubernetes says to the manifest.

manifest.py check FILE…      against the schemas of all versions from 1.29 to the package's last one, which is printed
manifest.py command FILE     command and arguments of the container, a line each; the image's program is cosput
manifest.py shards FILE      completions and parallelism
manifest.py variables FILE   the names of the variables in the Secret, a line each
"""

import copy
import sys

import yaml

FIRST = 29


def documents(path):
    with open(path, encoding="utf-8") as file:
        return list(yaml.safe_load_all(file))


def versions(last):
    return [f"1.{minor}.0" for minor in range(FIRST, int(last.split(".")[1]) + 1)]


def spoiled(job):
    """The same Job with one mistake each."""
    mistakes = [
        ("a number as text", lambda spec: spec.update(backoffLimit="5")),
        ("an unknown field", lambda spec: spec.update(backofLimit=5)),
        ("no template", lambda spec: spec.pop("template")),
    ]
    for name, mistake in mistakes:
        document = copy.deepcopy(job)
        mistake(document["spec"])
        yield name, document


def check(paths):
    import kubernetes_validate

    for version in versions(kubernetes_validate.latest_version()):
        for path in paths:
            for document in documents(path):
                kubernetes_validate.validate(document, version, strict=True)
                for name, mistaken in spoiled(document) if document["kind"] == "Job" else []:
                    try:
                        kubernetes_validate.validate(mistaken, version, strict=True)
                    except kubernetes_validate.ValidationError:
                        continue
                    sys.exit(f"{version} accepts {name} in {path}: the check is worth nothing")
    print(f"valid from 1.{FIRST} to {kubernetes_validate.latest_version()}: {len(paths)} manifests")


def job(path):
    [document] = documents(path)
    return document["spec"]


def command(path):
    [container] = job(path)["template"]["spec"]["containers"]
    return container.get("command", ["cosput"]) + container["args"]


def shards(path):
    assert job(path)["completionMode"] == "Indexed"
    return [job(path)["completions"], job(path)["parallelism"]]


def variables(path):
    return [name for document in documents(path) if document["kind"] == "Secret" for name in document["stringData"]]


if __name__ == "__main__":
    verb, *paths = sys.argv[1:]
    if verb == "check":
        check(paths)
    else:
        print(*{"command": command, "shards": shards, "variables": variables}[verb](*paths), sep="\n")
