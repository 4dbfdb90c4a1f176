"""What is known of a PJRT plugin without using it, and of this machine's NVIDIA GPU and its driver. Only Python's standard library is used."""

import base64
import functools
import hashlib
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

DEV, PROC = Path("/dev"), Path("/proc")

# What NVIDIA's "Minor Version Compatibility" page asks for CUDA 13.x (docs.nvidia.com/deploy/cuda-compatibility, table 1).
MINIMUM_DRIVER = 580

# e_machine of an ELF file (elf.h).
MACHINES = {62: "x86-64", 183: "ARM64"}
NAMES = {"x86_64": "x86-64", "amd64": "x86-64", "aarch64": "ARM64", "arm64": "ARM64"}

# Prints the version in the PJRT_Api that the plugin's GetPjrtApi returns (pjrt_c_api.h).
ASK = """
import sys
from ctypes import CDLL, POINTER, Structure, c_int, c_size_t, c_void_p
class Version(Structure):
    _fields_ = [("size", c_size_t), ("extension", c_void_p), ("major", c_int), ("minor", c_int)]
class Api(Structure):
    _fields_ = [("size", c_size_t), ("extension", c_void_p), ("version", Version)]
try:
    get = CDLL(sys.argv[1]).GetPjrtApi
    get.restype = POINTER(Api)
    version = get().contents.version
except (OSError, AttributeError, ValueError) as error:
    sys.exit(str(error))
print(f"{version.major}.{version.minor}")
"""


def api_version(plugin):
    """(version of its PJRT API, None) of a plugin that loads here, else (None, what is wrong with it)."""
    fault = elf_fault(plugin) if sys.platform == "linux" else None
    if fault:
        return None, fault
    done = subprocess.run([sys.executable, "-c", ASK, str(plugin)], capture_output=True, text=True)
    if done.returncode < 0:
        return None, f"it crashes when it is loaded (signal {-done.returncode})"
    if done.returncode > 0:
        return None, "it has no GetPjrtApi" if "undefined symbol: GetPjrtApi" in done.stderr else done.stderr.strip()
    return done.stdout.strip(), None


def elf_fault(path):
    """Why a file is no shared library of this machine's processor; None where it is one."""
    try:
        with open(path, "rb") as file:
            header = file.read(20)
    except OSError as error:
        return error.strerror
    if len(header) < 20 or header[:5] != b"\x7fELF\x02":
        return "it is not a shared library"
    built, ours = int.from_bytes(header[18:20], "little"), NAMES.get(platform.machine().lower(), platform.machine())
    if MACHINES.get(built) != ours:
        return f"it is for {MACHINES.get(built, f'the processor {built} of elf.h')}, this machine is {ours}"
    return None


def altered(file, record):
    """Whether an installed wheel's file differs from the hash in the wheel's RECORD."""
    found = re.search(rf"^.*{re.escape(file.name)},sha256=([\w-]+),", record.read_text(), re.M)
    status = file.stat()
    return not found or sha256(file, status.st_size, status.st_mtime_ns) != found.group(1)


@functools.cache
def sha256(file, size, modified):
    """The hash as RECORD writes it; size and time of change are there for the cache."""
    digest = hashlib.sha256()
    with open(file, "rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    return base64.urlsafe_b64encode(digest.digest()).decode().rstrip("=")


def has_gpu():
    """Whether go-xla will look for a GPU's plugin here: there is a device, or nvidia-smi answers."""
    return any(DEV.glob("nvidia[0-9]*")) or nvidia_smi("--list-gpus") is not None


def driver():
    """The version of NVIDIA's driver, such as "580.65.06"; None where there is none."""
    answer = nvidia_smi("--query-gpu=driver_version", "--format=csv,noheader")
    if not answer:
        try:
            answer = (PROC / "driver" / "nvidia" / "version").read_text()
        except OSError:
            return None
    found = re.search(r"\b\d{3,}\.[\d.]+\b", answer)
    return found.group(0) if found else None


def is_old(version):
    return int(version.split(".")[0]) < MINIMUM_DRIVER


def nvidia_smi(*arguments):
    """What nvidia-smi prints; None where it is missing or fails."""
    try:
        done = subprocess.run(["nvidia-smi", *arguments], capture_output=True, text=True, env=os.environ)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 and done.stdout.strip() else None
