"""Lets PyTorch's CUDA build run on the CPU without CUDA's libraries.

The only PyTorch wheel for Linux on the package index is the CUDA build. Importing it loads two gigabytes of CUDA libraries, which
nothing on the CPU calls. A stub of the same name and symbol versions takes the place of each: its functions return an error.
"""

import os
import re
import shlex
import struct
import subprocess
import tempfile

STUBBED = re.compile(r"lib(cublas|cublasLt|cudnn|cufft|cufile|curand|cusolver|cusparse|cusparseLt|nccl|nvrtc|nvshmem_host)\.so\.")
FUNCTION = re.compile(r"(cu|nv|nccl)")
DYNSYM, DYNAMIC, VERNEED, NEEDED = 11, 6, 0x6FFFFFFE, 1


def write_stubs(site):
    """Write the stubs beside the CUDA libraries that are installed, where PyTorch's own search path finds them."""
    libraries = sorted(site.glob("torch/lib/*.so"))
    if not any(path.name == "libtorch_cuda.so" for path in libraries):
        return
    undefined, needed = set(), {}
    for path in libraries:
        symbols, versions = imports(path)
        undefined |= symbols
        for name, wanted in versions.items():
            needed.setdefault(name, set()).update(wanted)
    folder = next(site.glob("nvidia/cu*/lib"))
    functions = sorted(name for name in undefined if FUNCTION.match(name) and not re.match("cuda[A-Z]|cupti", name))
    for name, versions in needed.items():
        if STUBBED.match(name):
            compile_stub(folder / name, functions, versions)


def compile_stub(path, functions, versions):
    source = "".join(f"int {name}(void) {{ return 1; }}\n" for name in functions)
    command = [*shlex.split(os.environ.get("CC", "cc")), "-w", "-shared", "-fPIC", f"-Wl,-soname,{path.name}", "-o", str(path)]
    with tempfile.TemporaryDirectory() as folder:
        code, script = os.path.join(folder, "stub.c"), os.path.join(folder, "versions")
        with open(code, "w") as file:
            file.write(source)
        with open(script, "w") as file:
            file.write("".join(f"{version} {{ *; }};\n" for version in sorted(versions)[:1]))
        subprocess.run([*command, *([f"-Wl,--version-script={script}"] if versions else []), code], check=True)


def imports(path):
    """(undefined symbols, {library needed: symbol versions needed of it}) of a 64-bit little-endian ELF library."""
    with open(path, "rb") as file:
        header = file.read(64)
        start, (size, count) = struct.unpack_from("<Q", header, 40)[0], struct.unpack_from("<HH", header, 58)
        file.seek(start)
        sections = [struct.unpack("<IIQQQQIIQQ", file.read(size)) for _ in range(count)]

        def read(kind):
            found = [s for s in sections if s[1] == kind]
            file.seek(found[0][4] if found else 0)
            return file.read(found[0][5]) if found else b""

        symbols, dynamic, versions = read(DYNSYM), read(DYNAMIC), read(VERNEED)
        names = next(sections[s[6]] for s in sections if s[1] == DYNSYM)
        file.seek(names[4])
        strings = file.read(names[5])

    def text(at):
        return strings[at:strings.index(b"\0", at)].decode()

    undefined = {text(name) for name, _, _, section, _, _ in struct.iter_unpack("<IBBHQQ", symbols) if name and section == 0}
    needed = {text(value): set() for tag, value in struct.iter_unpack("<QQ", dynamic) if tag == NEEDED}
    at = 0
    while versions:
        _, count, library, first, following = struct.unpack_from("<HHIII", versions, at)
        entry = at + first
        for _ in range(count):
            *_, name, distance = struct.unpack_from("<IHHII", versions, entry)
            needed[text(library)].add(text(name))
            entry += distance
        if not following:
            break
        at += following
    return undefined, needed
