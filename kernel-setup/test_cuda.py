"""Tests of what set-up and doctor do about CUDA. A small library stands for the plugin, a script for nvidia-smi: they need neither
a GPU nor a download."""

import base64
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import checkout as co
import plugins
import test_setup as base

PINS = HERE / "requirements-cuda.txt"
SOURCES = {
    "plugin": "struct { unsigned long size; void *x; struct { unsigned long size; void *x; int major, minor; } v; } api = {0, 0, {0, 0, 0, 115}};"
              "void *GetPjrtApi(void) { return &api; }",
    "other": "int nothing(void) { return 0; }",
    "crash": "__attribute__((constructor)) static void crash(void) { __builtin_trap(); }",
}
CURE = ": run make setup, or do without: make setup CUDA=0$"
DRIVER = ": install NVIDIA's driver 580 or newer, .*or do without: make setup CUDA=0$"


class Choice(base.Scratch):
    def test_same_xla_as_on_the_cpu(self):
        self.assertEqual(co.pinned(PINS)["jax-cuda13-pjrt"], co.pinned(HERE / "requirements-xla.txt")["lammps-jax-pjrt-cpu"])

    def test_make_passes_only_its_own_argument(self):
        for argument, wanted in {"CUDA=1": "--cuda=1", "CUDA=0": "--cuda=0", "PORT=1": ""}.items():
            command = [shutil.which("make"), "-n", "-C", co.Checkout().root, "setup", argument]
            done = subprocess.run(command, env={**os.environ, "CUDA": "/usr/local/cuda", "MAKEFLAGS": ""}, capture_output=True, text=True, check=True)
            self.assertRegex(done.stdout, rf"(?m)kernel-setup/setup {wanted}$")

    def test_nonsense(self):
        done = subprocess.run([HERE / "setup", "--cuda=2"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("(choose from", done.stderr)

    def test_other_platforms(self):
        for source in ("go-xla", None):
            with mock.patch.object(base.setup, "plugin_source", lambda: source), self.assertRaises(base.setup.Failure) as caught:
                base.setup.set_up(self.checkout, True)
            self.assertIn("CUDA needs Linux on x86-64", str(caught.exception))
            self.assertFalse(self.checkout.cuda_choice.exists())

    def test_choice_outlives_an_emptied_environment(self):
        def empty(*_, **__):
            shutil.rmtree(self.checkout.venv)
            raise KeyboardInterrupt
        for chosen in (True, False):
            base.setup.choose_cuda(self.checkout, chosen)
            with mock.patch.object(base.setup, "run", empty), self.assertRaises(KeyboardInterrupt):
                base.setup.install_python(self.checkout)
            self.assertEqual(self.checkout.cuda_choice.exists(), chosen)
            self.checkout.venv.mkdir(exist_ok=True)

    def test_flags(self):
        self.assertNotIn("XLA_FLAGS", self.checkout.kernel_variables({"XLA_FLAGS": "--x=1"}))
        base.setup.choose_cuda(self.checkout, True)
        ours = f'--xla_gpu_cuda_data_dir="{self.checkout.nvidia}/cu13"'
        for flags, wanted in {"": ours, "--x=1": f"{ours} --x=1", f"{ours} --x=1": f"{ours} --x=1",
                              "--xla_gpu_cuda_data_dir=/mine": f"{ours} --xla_gpu_cuda_data_dir=/mine"}.items():
            self.assertEqual(self.checkout.kernel_variables({"XLA_FLAGS": flags})["XLA_FLAGS"], wanted)


@unittest.skipUnless(co.plugin_source() == "wheel", "CUDA needs Linux on x86-64")
class CUDA(base.Scratch):
    """A checkout with CUDA chosen and, as far as doctor can see, installed, on a machine with a GPU."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.libraries = {}
        variables = co.Checkout().kernel_variables()
        for name, source in SOURCES.items():
            cls.libraries[name] = Path(folder.name) / f"{name}.so"
            command = [*shlex.split(variables["CC"]), "-shared", "-fPIC", "-x", "c", "-", "-o", cls.libraries[name]]
            subprocess.run(command, input=source, text=True, env={**os.environ, **variables}, check=True)

    def setUp(self):
        super().setUp()
        self.machine = self.checkout.root / "machine"
        self.machine.mkdir()
        environment = {"PATH": f"{self.machine}:{os.environ['PATH']}", "RETHINKING_DATA": ""}
        for patch in (mock.patch.object(base.doctor, "cc_works", lambda cc, path: True), mock.patch.dict(os.environ, environment),
                      mock.patch.object(plugins, "DEV", self.machine), mock.patch.object(plugins, "PROC", self.machine)):
            patch.start()
            self.addCleanup(patch.stop)
        self.nvidia_smi("echo 580.65.06")
        self.install()

    def nvidia_smi(self, script):
        file = self.machine / "nvidia-smi"
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    def install(self):
        python = next((self.checkout.venv / "lib").glob("python*"))
        packages = python.resolve() / "site-packages"
        python.unlink()
        self.site = python / "site-packages"
        self.site.mkdir(parents=True)
        for entry in packages.iterdir():
            if not entry.name.startswith(("nvidia", "jax_")):
                (self.site / entry.name).symlink_to(entry)
        for package, version in co.pinned(PINS).items():
            (self.site / f"{package.replace('-', '_')}-{version}.dist-info").mkdir()
        self.file = self.site / "jax_plugins" / "xla_cuda13" / "xla_cuda_plugin.so"
        self.file.parent.mkdir(parents=True)
        shutil.copy(self.libraries["plugin"], self.file)
        digest = base64.urlsafe_b64encode(hashlib.sha256(self.file.read_bytes()).digest()).decode().rstrip("=")
        record = next(self.site.glob("jax_cuda13_pjrt-*.dist-info")) / "RECORD"
        record.write_text(f"jax_plugins/xla_cuda13/__init__.py,sha256=abc,1\n{self.file.relative_to(self.site)},sha256={digest},1\n")
        (self.site / "nvidia").mkdir()
        co.link(self.checkout.cuda_plugin, self.file)
        co.link(self.checkout.nvidia, self.site / "nvidia")
        base.setup.choose_cuda(self.checkout, True)
        base.setup.write_kernel(self.checkout)

    def assert_says(self, wrong, *lines):
        found, text = self.diagnose()
        self.assertEqual(found, wrong, text)
        for line in lines:
            self.assertRegex(text, "(?m)^" + line)

    def assert_wrong(self, line):
        self.assert_says(1, f"WRONG  {line}", "ok     backend +XLA CPU$")

    def replace(self, library):
        """Put another library in the plugin's place, as a file of its own."""
        self.checkout.cuda_plugin.unlink()
        shutil.copy(self.libraries[library], self.checkout.cuda_plugin)

    def test_all_is_well(self):
        self.assert_says(0, "ok     CUDA plugin +jax-cuda13-pjrt 0[0-9.]+, PJRT API 0.115$", "ok     GPU +driver 580.65.06$", "ok     backend +CUDA$")

    def test_no_plugin(self):
        self.checkout.cuda_plugin.unlink()
        self.assert_wrong("CUDA plugin +CUDA was chosen, but .* is missing" + CURE)

    def test_dangling_plugin(self):
        self.file.unlink()
        self.assert_wrong("CUDA plugin .* is wrong: No such file or directory" + CURE)

    def test_text_as_plugin(self):
        self.checkout.cuda_plugin.unlink()
        self.checkout.cuda_plugin.write_text("text, and a bit more of it")
        self.assert_wrong("CUDA plugin .* is wrong: it is not a shared library" + CURE)

    def test_other_library(self):
        self.replace("other")
        self.assert_wrong("CUDA plugin .* is wrong: it has no GetPjrtApi" + CURE)

    def test_crash(self):
        self.replace("crash")
        self.assert_wrong(r"CUDA plugin .* is wrong: it crashes when it is loaded \(signal 4\)" + CURE)

    def test_other_processor(self):
        content = bytearray(self.file.read_bytes())
        content[18:20] = (183).to_bytes(2, "little")
        self.file.write_bytes(content)
        self.assert_wrong("CUDA plugin .* is wrong: it is for ARM64, this machine is x86-64" + CURE)

    def test_other_version(self):
        for package in ("jax-cuda13-pjrt", "nvidia-cudnn-cu13"):
            found = next(self.site.glob(package.replace("-", "_") + "-*.dist-info"))
            other = found.rename(found.with_name(package.replace("-", "_") + "-0.7.2.dist-info"))
            self.assert_wrong(f"CUDA plugin .* is wrong: {package} is 0.7.2, {co.pinned(PINS)[package]} is wanted" + CURE)
            other.rename(found)

    def test_missing_wheel(self):
        next(self.site.glob("nvidia_cufft-*.dist-info")).rmdir()
        self.assert_wrong("CUDA plugin .* is wrong: nvidia-cufft is missing, .* is wanted" + CURE)

    def test_plugin_from_elsewhere(self):
        self.replace("plugin")
        self.assert_wrong("CUDA plugin .* is wrong: it is .*/pjrt_c_api_cuda_plugin.so, not the pinned wheel's" + CURE)

    def test_altered_plugin(self):
        with open(self.file, "ab") as file:
            file.write(b"x")
        self.assert_wrong("CUDA plugin .* is wrong: its hash is not the pinned wheel's" + CURE)

    def test_no_libraries(self):
        (self.site / "nvidia").rmdir()
        self.assert_wrong("CUDA plugin .* is wrong: NVIDIA's libraries are not in .*" + CURE)

    def test_no_gpu(self):
        self.nvidia_smi("echo failed; exit 9")
        self.assert_wrong("GPU +there is none: no /dev/nvidia0, and no nvidia-smi that answers" + DRIVER)

    def test_old_driver(self):
        self.nvidia_smi("echo 535.54.03")
        self.assert_wrong("GPU +its driver 535.54.03 is too old, CUDA 13 needs 580 or newer" + DRIVER)

    def test_old_driver_without_nvidia_smi(self):
        self.nvidia_smi("exit 9")
        (self.machine / "nvidia0").touch()
        self.assert_wrong("GPU +there is a GPU, but no NVIDIA driver that answers" + DRIVER)
        version = self.machine / "driver" / "nvidia" / "version"
        version.parent.mkdir(parents=True)
        for text, line in {"Kernel Module  535.54.03  Tue Jun  6 22:20:39 UTC 2023": "GPU +its driver 535.54.03 is too old",
                           "Open Kernel Module for x86_64  570.133.20  Release Build": "GPU +its driver 570.133.20 is too old"}.items():
            version.write_text(f"NVRM version: NVIDIA UNIX x86_64 {text}\nGCC version:  gcc version 12.2.0\n")
            self.assert_wrong(line)

    def test_gpu_without_cuda(self):
        base.setup.choose_cuda(self.checkout, False)
        self.checkout.cuda_plugin.unlink()
        self.assert_says(0, "note   GPU +no CUDA plugin uses it: make setup CUDA=1 installs one")
        self.nvidia_smi("echo 535.54.03")
        self.assert_says(0, "note   GPU +its driver 535.54.03 is too old, CUDA 13 needs 580 or newer; no CUDA plugin uses it")

    def test_stale_kernel(self):
        base.setup.choose_cuda(self.checkout, False)
        base.setup.write_kernel(self.checkout)
        base.setup.choose_cuda(self.checkout, True)
        self.assert_says(1, "WRONG  kernel +it is stale, set-up would now write another XLA_FLAGS: run make setup$")

    def test_insisting_in_vain(self):
        self.nvidia_smi("exit 9")
        with mock.patch.dict(os.environ, {"GOMLX_BACKEND": "xla:cuda"}):
            self.assert_says(2, "WRONG  backend +xla:cuda, set by GOMLX_BACKEND, will not open: run make setup CUDA=1 .*, or unset GOMLX_BACKEND")

    def test_plugin_of_the_users_own(self):
        base.setup.choose_cuda(self.checkout, False)
        self.checkout.cuda_plugin.unlink()
        mine = self.machine / "pjrt_c_api_cuda_plugin.so"
        with mock.patch.dict(os.environ, {"PJRT_PLUGIN_LIBRARY_PATH": str(self.machine)}):
            base.setup.write_kernel(self.checkout)
        shutil.copy(self.libraries["plugin"], mine)
        self.assert_says(0, f"ok     CUDA plugin +{mine}, PJRT API 0.115$")
        shutil.copy(self.libraries["other"], mine)
        self.assert_wrong(f"CUDA plugin +{mine} is wrong: it has no GetPjrtApi: take its folder out of PJRT_PLUGIN_LIBRARY_PATH")

    def test_removal(self):
        commands = []
        with mock.patch.object(base.setup, "run", lambda command, **_: commands.append(command)), mock.patch("builtins.print"):
            base.setup.remove_cuda(self.checkout)
            base.setup.remove_cuda(self.checkout)
        self.assertEqual([command[3] for command in commands], ["uninstall"])
        for path in (self.checkout.cuda_plugin, self.checkout.nvidia, self.site / "nvidia", self.file.parent.parent):
            self.assertFalse(os.path.lexists(path), path)
        self.assertTrue(json.loads(self.checkout.kernel.read_text()))


if __name__ == "__main__":
    unittest.main()
