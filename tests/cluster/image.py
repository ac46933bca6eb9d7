#!/usr/bin/env python3
"""image.py ARCHIVE PROGRAM [--copy FILE:PATH]... NAME[=ARGUMENTS]...: container images without a container tool.

Writes an OCI archive with an image for each NAME, all of one layer: the program in /usr/bin, the shared libraries that it
needs, /tmp, two users, and each FILE at its PATH. An image runs the program with its ARGUMENTS, unless a pod says others.
"""
import argparse
import hashlib
import io
import json
import os
import re
import shlex
import subprocess
import tarfile

USERS = b"root:x:0:0:root:/:/bin/false\nnobody:x:65534:65534:nobody:/:/bin/false\n"
GROUPS = b"root:x:0:\nnogroup:x:65534:\n"


def libraries(program):
    """The files of the shared libraries; none for a static binary."""
    listed = subprocess.run(["ldd", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout
    return re.findall(r"(/\S+) \(0x", listed)


def layer(program, entrypoint, copies):
    """The bytes of a tar file. Times are left out, so that the same files make the same image."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        def add(path, data, mode):
            entry = tarfile.TarInfo(path.lstrip("/"))
            entry.size, entry.mode = len(data), mode
            archive.addfile(entry, io.BytesIO(data))

        temporary = tarfile.TarInfo("tmp")
        temporary.type, temporary.mode = tarfile.DIRTYPE, 0o1777
        archive.addfile(temporary)
        add("etc/passwd", USERS, 0o644)
        add("etc/group", GROUPS, 0o644)
        programs = [(program, entrypoint, 0o755), *((path, path, 0o755) for path in libraries(program))]
        for source, path, mode in programs + [(source, path, 0o644) for source, path in copies]:
            with open(source, "rb") as file:
                add(path, file.read(), mode)
    return buffer.getvalue()


class Archive:
    """An OCI image layout in a tar file."""

    def __init__(self, file):
        self.tar = tarfile.open(file, "w")
        self.stored = set()
        self.manifests = []
        self.add("oci-layout", b'{"imageLayoutVersion": "1.0.0"}')

    def add(self, path, data):
        entry = tarfile.TarInfo(path)
        entry.size = len(data)
        self.tar.addfile(entry, io.BytesIO(data))

    def blob(self, data, kind):
        """Stores it once, and describes it as others refer to it."""
        digest = hashlib.sha256(data).hexdigest()
        if digest not in self.stored:
            self.stored.add(digest)
            self.add(f"blobs/sha256/{digest}", data)
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(data)}

    def image(self, name, content, entrypoint, arguments):
        content = self.blob(content, "layer.v1.tar")
        config = self.blob(json.dumps({
            "architecture": "amd64", "os": "linux", "config": {"Entrypoint": [entrypoint], "Cmd": arguments},
            "rootfs": {"type": "layers", "diff_ids": [content["digest"]]},
        }).encode(), "config.v1+json")
        manifest = self.blob(json.dumps({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config, "layers": [content],
        }).encode(), "manifest.v1+json")
        self.manifests.append({**manifest, "annotations": {"io.containerd.image.name": name}})

    def close(self):
        self.add("index.json", json.dumps({"schemaVersion": 2, "manifests": self.manifests}).encode())
        self.tar.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("archive")
    parser.add_argument("program")
    parser.add_argument("--copy", action="append", default=[])
    parser.add_argument("images", nargs="+")
    chosen = parser.parse_args()
    entrypoint = "/usr/bin/" + os.path.basename(chosen.program)
    content = layer(chosen.program, entrypoint, [copy.split(":") for copy in chosen.copy])
    archive = Archive(chosen.archive)
    for image in chosen.images:
        name, _, arguments = image.partition("=")
        archive.image(name, content, entrypoint, shlex.split(arguments))
    archive.close()


if __name__ == "__main__":
    main()
