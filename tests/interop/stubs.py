"""Makes `trivium.v1` importable: generates Python code from proto/, once for each content of it, into target/.

Import this before anything from `trivium.v1`. In a project of your own, run `python -m grpc_tools.protoc` in the build.
"""

import hashlib
import os
import pathlib
import sys
import tempfile

import grpc_tools
from grpc_tools import protoc

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROTOS = sorted((ROOT / "proto").rglob("*.proto"))


def generated() -> pathlib.Path:
    """The directory with the generated code."""
    content = hashlib.sha256(b"".join(proto.read_bytes() for proto in PROTOS)).hexdigest()[:16]
    done = ROOT / "target" / "interop" / f"python-{content}"
    if not done.exists():
        done.parent.mkdir(parents=True, exist_ok=True)
        fresh = tempfile.mkdtemp(dir=done.parent)
        include = [f"-I{ROOT / 'proto'}", f"-I{pathlib.Path(grpc_tools.__file__).parent / '_proto'}"]
        out = [f"--python_out={fresh}", f"--grpc_python_out={fresh}"]
        if protoc.main(["protoc", *include, *out, *map(str, PROTOS)]) != 0:
            raise SystemExit("protoc failed")
        try:
            os.rename(fresh, done)
        except OSError:
            pass  # another process was faster, with the same result
    return done


sys.path.insert(0, str(generated()))
