"""What set-up, env, test and doctor agree on: where things are in a checkout, and the environment of its kernel.

Only the standard library of Python 3.10 is used: this runs before anything is installed.
"""

import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOOLS = {
    "gonb": "github.com/janpfeifer/gonb",
    "goimports": "golang.org/x/tools",
    "gopls": "golang.org/x/tools/gopls",
    "staticcheck": "honnef.co/go/tools",
}
PLUGIN = "pjrt_c_api_cpu_plugin.so"
CUDA_PLUGIN = "pjrt_c_api_cuda_plugin.so"
ZIG_CC = "zig-cc"  # found through PATH: Go splits CC at spaces, which the path of a checkout may hold
PROGRAM = "#include <stdio.h>\n#include <dlfcn.h>\nint main(void) { return dlopen(0, RTLD_LAZY) == 0; }\n"

# glibc gives large blocks back to the system when they are freed. XLA's convolutions take and free such blocks in every step, so that up to
# half of the time went into clearing pages. With these, memory that was freed stays in the process: its peak is half as high again (0.9 and
# 1.3 GB for Alexnet). One arena, because the others are made of heaps too small for such blocks.
LINK_FAST = "-buildvcs=false -ldflags=-s"  # a cell is linked anew each time it runs: without tables for a debugger, in half the time
MALLOC = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(1 << 35)}


class Checkout:
    """The paths of one checkout. Everything that set-up writes is below venv."""

    def __init__(self, root=None):
        self.root = Path(root or Path(__file__).resolve().parent.parent)
        self.setup = self.root / "kernel-setup"
        self.venv = self.root / ".venv"
        self.bin = self.venv / "bin"
        self.python = self.bin / "python"
        self.jupyter = self.venv / "share" / "jupyter"
        self.kernel = self.jupyter / "kernels" / "gonb" / "kernel.json"
        self.static = self.venv / "share" / "rethinking"
        self.plotly = self.static / "plotly.min.js"
        self.plugin = self.venv / "lib" / "pjrt" / PLUGIN
        self.cuda_plugin = self.plugin.with_name(CUDA_PLUGIN)
        self.nvidia = self.venv / "lib" / "nvidia"  # the CUDA plugin looks for NVIDIA's libraries in ../nvidia, seen from its folder
        self.state = self.venv / "kernel-setup"
        self.cuda_choice = self.state / "cuda"  # is there where CUDA was chosen
        self.toolchain = self.state / "toolchain.json"

    def site_file(self, pattern):
        """The one file of the installed Python packages that matches, or None."""
        found = sorted(self.venv.glob("lib/python*/site-packages/" + pattern))
        return found[0] if found else None

    def required_go(self):
        return parse_version(re.search(r"^go (\S+)", (self.root / "go.mod").read_text(), re.M).group(1))

    def kernel_variables(self, base=None):
        """What the kernel's environment has on top of base (default: this process's own)."""
        base = os.environ if base is None else base
        chosen = read_json(self.toolchain)
        own = [str(self.bin), str(Path(chosen["goroot"]) / "bin")]
        variables = {
            "PATH": join_paths(own, base.get("PATH", os.defpath)),
            "CC": chosen["cc"],
            "CGO_ENABLED": "1",
            "GOROOT": chosen["goroot"],
            "GOTOOLCHAIN": "local",
            "GOWORK": "",
            "GOFLAGS": base.get("GOFLAGS") or LINK_FAST,
            "GOMLX_NO_AUTO_INSTALL": "1",
            **MALLOC,
            "PJRT_PLUGIN_LIBRARY_PATH": join_paths([str(self.plugin.parent)], base.get("PJRT_PLUGIN_LIBRARY_PATH", "")),
        }
        if self.cuda_choice.exists():
            variables["XLA_FLAGS"] = self.cuda_flags(base.get("XLA_FLAGS", ""))
        if base.get("GOMLX_BACKEND"):
            variables["GOMLX_BACKEND"] = base["GOMLX_BACKEND"]
        return variables

    def jupyter_variables(self):
        """Keep Jupyter inside the checkout: neither the user's kernels nor the user's settings are seen or touched."""
        return {
            "JUPYTER_PREFER_ENV_PATH": "1",
            "JUPYTER_DATA_DIR": str(self.jupyter),
            "JUPYTER_CONFIG_DIR": str(self.venv / "etc" / "jupyter"),
            "JUPYTER_RUNTIME_DIR": str(self.jupyter / "runtime"),
            "JUPYTER_PATH": "",
            "JUPYTER_CONFIG_PATH": "",
        }

    def environment(self):
        return {**os.environ, **self.kernel_variables(), **self.jupyter_variables()}

    def cuda_flags(self, flags):
        """XLA_FLAGS with the folder of ptxas and libdevice, which XLA would else take from the machine's own CUDA, of any version."""
        ours = f'--xla_gpu_cuda_data_dir="{self.nvidia / "cu13"}"'
        return flags if ours in flags else f"{ours} {flags}".strip()  # of two, XLA takes the last

    def kernel_spec(self, base=None):
        """The content of kernel.json: -raw_error puts file, line and message of an error into the traceback; gonb's chatter is off."""
        quiet = ["-logtostderr=false", "-stderrthreshold=FATAL", "-log_file=/dev/null"]
        return {
            "argv": [str(self.bin / "gonb"), "--kernel", "{connection_file}", "-raw_error", f"-go_work={self.root}", *quiet],
            "display_name": "Go (gonb)",
            "language": "go",
            "interrupt_mode": "message",
            "env": self.kernel_variables(base),
        }


def parse_version(text):
    """(1, 26, 5) of "go1.26.5", "1.26.5" or "go version go1.26.5 linux/amd64"; None where there is no version."""
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    return tuple(int(part or 0) for part in found.groups()) if found else None


def show_version(version):
    return ".".join(map(str, version))


def pinned(requirements):
    """{package: version} of a compiled requirements file, for this Python; markers that exclude it are obeyed."""
    versions = {}
    for name, version, marker in re.findall(r"^([\w.-]+)==([^\s;\\]+)(?: ; ([^\\\n]*))?", requirements.read_text(), re.M):
        older = "python_full_version < '3.11'" in marker
        newer = "python_full_version >= '3.11'" in marker
        if not (older and sys.version_info >= (3, 11) or newer and sys.version_info < (3, 11)):
            versions[name] = version
    return versions


def join_paths(first, rest):
    return os.pathsep.join(dict.fromkeys([*first, *filter(None, rest.split(os.pathsep))]))


def read_json(path):
    """The content of a JSON file; {} where it is missing or damaged."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return {}


def write_atomically(path, text):
    """Replace the file in one step, and only if its content changes."""
    if path.exists() and path.read_text() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
        file.write(text)
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)


def link(path, target):
    """Make path a symbolic link to target, relative, so that a copied checkout does not point back here."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(os.path.relpath(target, path.parent))


def plugin_source():
    """Where the CPU plugin of this platform comes from: "wheel", "go-xla", or None."""
    machine = platform.machine().lower()
    if sys.platform == "linux" and platform.libc_ver()[0] == "glibc":
        return {"x86_64": "wheel", "amd64": "wheel", "aarch64": "go-xla", "arm64": "go-xla"}.get(machine)
    return "go-xla" if sys.platform == "darwin" and machine == "arm64" else None


def find_go(checkout, path):
    """(GOROOT, version) of the Go on path that is not the checkout's own; None where it does not run."""
    outside = os.pathsep.join(folder for folder in path.split(os.pathsep) if not folder.startswith(str(checkout.venv)))
    go = shutil.which("go", path=outside)
    if go is None:
        return None
    env = {**os.environ, "GOTOOLCHAIN": "local", "GOROOT": ""}
    done = subprocess.run([go, "env", "GOROOT", "GOVERSION"], cwd="/", env=env, capture_output=True, text=True)
    lines = done.stdout.split("\n")
    version = parse_version(lines[1]) if done.returncode == 0 and len(lines) > 1 else None
    return (lines[0], version) if version else None


def find_cc(path):
    """The first C compiler that builds a program here, as CC takes it; None where there is none."""
    if sys.platform == "darwin" and subprocess.run(["xcode-select", "-p"], capture_output=True).returncode != 0:
        return None  # macOS has stand-ins that open a dialog
    for cc in [os.environ.get("CC", ""), "gcc", "clang", "cc"]:
        if cc and ZIG_CC not in cc and cc_works(cc, path):
            return cc
    return None


def cc_works(cc, path):
    with tempfile.TemporaryDirectory() as folder:
        command = [*shlex.split(cc), "-x", "c", "-", "-o", os.path.join(folder, "out")]
        if shutil.which(command[0], path=path) is None:
            return False
        env = {**os.environ, "PATH": path}
        return subprocess.run(command, input=PROGRAM, text=True, env=env, capture_output=True).returncode == 0
