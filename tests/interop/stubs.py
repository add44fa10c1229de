"""Makes `trivium.v1` importable: generates Python code from proto/, once for each content of it, into target/.

Import this before anything from `trivium.v1`. In a project of your own, run `python -m grpc_tools.protoc` in the build. The
services that only suites have come along: `trivium.test.v1`, and gRPC's own as plain `test_pb2`, since the Python package
`grpc` has its own idea of `grpc.testing`.
"""

import hashlib
import os
import pathlib
import sys
import tempfile

import grpc_tools
from grpc_tools import protoc

ROOT = pathlib.Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests" / "proto"
# Folders of protos, and what is taken from each.
SOURCES = {
    ROOT / "proto": "**/*.proto",
    TESTS: "trivium/**/*.proto",
    TESTS / "grpc" / "testing": "*.proto",
}


def generated() -> pathlib.Path:
    """The directory with the generated code."""
    found = {folder: sorted(folder.glob(pattern)) for folder, pattern in SOURCES.items()}
    everything = [pathlib.Path(__file__), *(proto for protos in found.values() for proto in protos)]
    content = hashlib.sha256(b"".join(file.read_bytes() for file in everything)).hexdigest()[:16]
    done = ROOT / "target" / "interop" / f"python-{content}"
    if not done.exists():
        done.parent.mkdir(parents=True, exist_ok=True)
        fresh = tempfile.mkdtemp(dir=done.parent)
        out = [f"--python_out={fresh}", f"--grpc_python_out={fresh}"]
        own = pathlib.Path(grpc_tools.__file__).parent / "_proto"
        for folder, protos in found.items():
            if protoc.main(["protoc", f"-I{folder}", f"-I{own}", *out, *map(str, protos)]) != 0:
                raise SystemExit("protoc failed")
        try:
            os.rename(fresh, done)
        except OSError:
            pass  # another process was faster, with the same result
    return done


sys.path.insert(0, str(generated()))
