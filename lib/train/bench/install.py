"""install.py VENV PEER... installs the peers "jax" and "torch" into a virtual environment, pinned and checked by hash.

A peer that is installed already costs nothing. The file VENV/PEER.stamp says that it is.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from cuda_stubs import write_stubs

HERE = Path(__file__).resolve().parent
PIP = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
NOTE = {"jax": "JAX, about 150 MB to download", "torch": "PyTorch, about 600 MB to download"}


def stamp_of(peer):
    sources = [HERE / f"requirements-{peer}.txt", HERE / "install.py", HERE / "cuda_stubs.py"]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources) + sys.version.encode()).hexdigest()


def install(venv, peer):
    stamp, want = venv / f"{peer}.stamp", stamp_of(peer)
    if stamp.exists() and stamp.read_text() == want:
        return
    print(f"installing {NOTE[peer]} ...", file=sys.stderr, flush=True)
    stamp.unlink(missing_ok=True)
    python = venv / "bin" / "python"
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX")}
    environment["PIP_USER"] = "0"
    if not python.exists():
        subprocess.run([sys._base_executable, "-m", "venv", venv], env=environment, check=True)
    subprocess.run([python, *PIP, "-r", HERE / f"requirements-{peer}.txt"], env=environment, check=True)
    if peer == "torch":
        write_stubs(next(venv.glob("lib/python*/site-packages")))
    subprocess.run([python, "-c", f"import {peer}"], env=environment, check=True)
    stamp.write_text(want)


def main():
    venv = Path(sys.argv[1])
    for peer in sys.argv[2:]:
        try:
            install(venv, peer)
        except (OSError, subprocess.CalledProcessError) as error:
            sys.exit(f"installing the peer {peer} failed: {error}; leave it out with -peers, or delete {venv} and try again")


if __name__ == "__main__":
    main()
