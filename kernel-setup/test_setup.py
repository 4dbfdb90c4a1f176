"""Tests of kernel-setup. They need a checkout that is set up (make test does that) and install nothing."""

import importlib.machinery
import importlib.util
import io
import json
import os
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


def load(name):
    """A module from a script without .py."""
    loader = importlib.machinery.SourceFileLoader(name, str(HERE / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


setup, doctor = load("setup"), load("doctor")
REAL = co.Checkout()


class Versions(unittest.TestCase):
    def test_parse(self):
        for text, want in {"go1.26.5": (1, 26, 5), "go version go1.27rc1 linux/amd64": (1, 27, 0),
                           "devel go1.27-abc": (1, 27, 0), "1.26": (1, 26, 0), "none": None}.items():
            self.assertEqual(co.parse_version(text), want, text)

    def test_order(self):
        self.assertLess(co.parse_version("go1.9"), co.parse_version("go1.26.5"))

    def test_go_line(self):
        self.assertGreaterEqual(REAL.required_go(), (1, 26, 5))

    def test_pins_carry_hashes(self):
        for path in HERE.glob("requirements*.txt"):
            pins = co.pinned(path)
            self.assertTrue(pins, path)
            self.assertGreaterEqual(path.read_text().count("--hash=sha256:"), len(pins), path)

    def test_pins_of_this_python(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "r.txt"
            path.write_text("a==1 ; python_full_version < '3.11' \\\n  --hash=x\na==2 ; python_full_version >= '3.11' \\\n  --hash=y\n")
            self.assertEqual(co.pinned(path), {"a": "2" if sys.version_info >= (3, 11) else "1"})


class Prerequisites(unittest.TestCase):
    def test_missing_module_names_the_package(self):
        for missing in ("venv", "ensurepip"):
            with self.assertRaises(setup.Failure) as caught:
                setup.check_prerequisites(REAL, lambda name: None if name == missing else name)
            self.assertRegex(str(caught.exception), rf"^[^\n]*{missing}[^\n]*install the package python3\.\d+-venv[^\n]*$")

    def test_colon_in_path(self):
        with self.assertRaises(setup.Failure):
            setup.check_prerequisites(co.Checkout("/a:b"))

    def test_old_python(self):
        script = "import sys; sys.version_info = (3, 9, 2); exec(compile(open(sys.argv[1]).read(), 'setup', 'exec'))"
        done = subprocess.run([sys.executable, "-c", script, HERE / "setup"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^Python 3.10 or newer is needed, this is 3\.9: install [^\n]*\n$")

    def test_no_python(self):
        make = shutil.which("make")
        with tempfile.TemporaryDirectory() as folder:
            os.symlink(shutil.which("sh"), Path(folder) / "sh")
            done = subprocess.run([make, "-C", REAL.root, "setup", "PYTHON=python3"], env={"PATH": folder},
                                  capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("Python 3.10 or newer is missing: install the packages python3 and python3-venv", done.stdout)


class Scratch(unittest.TestCase):
    """A copy of the checkout's small files; what is large in .venv is linked."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        environment = mock.patch.dict(os.environ, {"PJRT_PLUGIN_LIBRARY_PATH": "", "GOMLX_BACKEND": "", "XLA_FLAGS": ""})  # not the real checkout's
        environment.start()
        self.addCleanup(environment.stop)
        self.checkout = co.Checkout(Path(folder.name) / "checkout")
        copy, real = self.checkout, REAL
        shutil.copytree(real.setup, copy.setup, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(real.root / "go.mod", copy.root)
        copy.bin.mkdir(parents=True)
        for file in real.bin.iterdir():
            (copy.bin / file.name).symlink_to(file)
        (copy.venv / "lib").mkdir()
        for python in (real.venv / "lib").glob("python*"):
            (copy.venv / "lib" / python.name).symlink_to(python)
        copy.static.mkdir(parents=True)
        copy.plotly.symlink_to(real.plotly)
        copy.state.mkdir()
        shutil.copy(real.toolchain, copy.toolchain)
        if real.plugin.exists():
            co.link(copy.plugin, real.plugin)
        setup.write_kernel(copy)

    def diagnose(self):
        out = io.StringIO()
        found = doctor.Doctor(self.checkout, out)
        found.check()
        return found.wrong, out.getvalue()


class Kernel(Scratch):
    def test_kernel_json(self):
        kernel, root = json.loads(self.checkout.kernel.read_text()), self.checkout.root
        self.assertEqual(kernel["argv"][:5], [f"{root}/.venv/bin/gonb", "--kernel", "{connection_file}", "-raw_error", f"-go_work={root}"])
        self.assertEqual((kernel["display_name"], kernel["language"], kernel["interrupt_mode"]), ("Go (gonb)", "go", "message"))
        env = kernel["env"]
        self.assertEqual(env["PATH"].split(":")[0], f"{root}/.venv/bin")
        self.assertEqual(env["PJRT_PLUGIN_LIBRARY_PATH"].split(":")[0], f"{root}/.venv/lib/pjrt")
        self.assertEqual((env["GOMLX_NO_AUTO_INSTALL"], env["GOTOOLCHAIN"], env["CGO_ENABLED"]), ("1", "local", "1"))
        self.assertEqual((env["MALLOC_ARENA_MAX"], env["MALLOC_MMAP_MAX_"]), ("1", "0"))
        self.assertIn("-ldflags=-s", env["GOFLAGS"])
        self.assertEqual(self.checkout.kernel_variables({"GOFLAGS": "-race"})["GOFLAGS"], "-race")

    def test_backend_follows_the_environment(self):
        for value in ("go", "xla:cpu", ""):
            with mock.patch.dict(os.environ, {"GOMLX_BACKEND": value}):
                setup.write_kernel(self.checkout)
            env = json.loads(self.checkout.kernel.read_text())["env"]
            self.assertEqual(env.get("GOMLX_BACKEND", ""), value)

    def test_path_does_not_grow(self):
        once = self.checkout.kernel_variables()
        self.assertEqual(self.checkout.kernel_variables(once)["PATH"], once["PATH"])

    def test_users_own_kernel_does_not_shadow(self):
        with tempfile.TemporaryDirectory() as home:
            for data in (".local/share/jupyter", "Library/Jupyter"):
                other = Path(home) / data / "kernels" / "gonb"
                other.mkdir(parents=True)
                (other / "kernel.json").write_text('{"argv": ["/other/gonb"], "display_name": "other", "language": "go"}')
            env = {**os.environ, "HOME": home, "JUPYTER_PATH": str(other.parent.parent), "JUPYTER_DATA_DIR": str(other.parent.parent)}
            done = subprocess.run([HERE / "env", "jupyter", "kernelspec", "list", "--json"], env=env, capture_output=True, text=True, check=True)
        self.assertEqual(json.loads(done.stdout)["kernelspecs"]["gonb"]["spec"]["argv"][0], str(REAL.bin / "gonb"))


class Env(Scratch):
    def test_status_and_arguments_pass_through(self):
        done = subprocess.run([HERE / "env", "sh", "-c", 'echo "$GOTOOLCHAIN $1"; exit 7', "sh", "a b"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (7, "local a b\n"))

    def test_unknown_command(self):
        done = subprocess.run([HERE / "env", "no-such-command"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (1, "no-such-command: No such file or directory\n"))

    def test_before_set_up(self):
        self.checkout.toolchain.unlink()
        done = subprocess.run([self.checkout.setup / "env", "true"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (1, "this checkout is not set up: run make setup\n"))


class Steps(Scratch):
    def run_step(self, work=lambda: None, inputs=("a",), outputs=()):
        ran = []
        with mock.patch("sys.stdout", io.StringIO()):
            setup.Setup(self.checkout).step("step", inputs, outputs, lambda: (ran.append(1), work()))
        return bool(ran)

    def test_runs_once(self):
        self.assertTrue(self.run_step())
        self.assertFalse(self.run_step())
        self.assertTrue(self.run_step(inputs=("b",)))

    def test_missing_output_is_repaired(self):
        output = self.checkout.root / "output"
        self.assertTrue(self.run_step(output.touch, outputs=[output]))
        self.assertFalse(self.run_step(outputs=[output]))
        output.unlink()
        self.assertTrue(self.run_step(outputs=[output]))

    def test_interrupted_step_runs_again(self):
        def interrupt():
            raise KeyboardInterrupt
        self.run_step()
        with self.assertRaises(KeyboardInterrupt):
            self.run_step(interrupt, inputs=("b",))
        self.assertTrue(self.run_step())

    def test_failure_shows_the_last_lines(self):
        with self.assertRaises(setup.Failure) as caught:
            setup.run(["sh", "-c", "seq 100; exit 3"])
        self.assertIn("100", str(caught.exception))
        self.assertNotIn("\n  50\n", str(caught.exception))


class Toolchain(Scratch):
    def fake_go(self, version):
        go = self.checkout.root / "fake" / "go"
        go.parent.mkdir(exist_ok=True)
        go.write_text(f"#!/bin/sh\necho /fake/goroot\necho {version}\n")
        go.chmod(0o755)
        return str(go.parent)

    def test_found_and_compared(self):
        for version, usable in {"go1.26.4": False, "go1.26.5": True, "go1.27rc1": True, "nonsense": False}.items():
            with mock.patch.dict(os.environ, {"PATH": self.fake_go(version) + ":/usr/bin:/bin"}):
                self.assertEqual(setup.choose_toolchain(self.checkout)[0] is not None, usable, version)

    def test_own_go_is_not_found(self):
        self.assertIsNone(co.find_go(self.checkout, str(self.checkout.bin)))

    def test_broken_compiler(self):
        self.assertFalse(co.cc_works("false", os.environ["PATH"]))
        self.assertFalse(co.cc_works("no-such-compiler", os.environ["PATH"]))


class Diagnosis(Scratch):
    def setUp(self):
        super().setUp()
        patch = mock.patch.object(doctor, "cc_works", lambda cc, path: cc != "no-such-cc")  # zig cc takes a second or two
        patch.start()
        self.addCleanup(patch.stop)
        data = mock.patch.dict(os.environ, {"RETHINKING_DATA": ""})
        data.start()
        self.addCleanup(data.stop)

    def assert_wrong(self, line):
        wrong, text = self.diagnose()
        self.assertGreater(wrong, 0)
        self.assertRegex(text, r"(?m)^WRONG  " + line + r".*: run make setup$")

    def test_all_is_well(self):
        wrong, text = self.diagnose()
        self.assertEqual(wrong, 0, text)
        self.assertRegex(text, r"(?m)^(ok|note)\s+backend ")

    def test_nothing_installed(self):
        shutil.rmtree(self.checkout.venv)
        self.assert_wrong("set-up")

    @unittest.skipIf(co.plugin_source() is None, "no plugin exists for this platform")
    def test_no_plugin(self):
        self.checkout.plugin.unlink()
        self.assert_wrong("XLA plugin")
        self.assertIn("Go, about 20 times slower", self.diagnose()[1])

    def test_wrong_plugin(self):
        self.checkout.plugin.unlink()
        self.checkout.plugin.write_text("text")
        self.assert_wrong("XLA plugin .* is wrong.*: it is not a shared library")

    def test_kernel_of_another_checkout(self):
        shutil.copy(REAL.kernel, self.checkout.kernel)
        self.assert_wrong("kernel .*another checkout")

    def test_moved_checkout(self):
        moved = self.checkout.root.with_name("moved")
        self.checkout.root.rename(moved)
        self.checkout = co.Checkout(moved)
        self.assert_wrong("kernel .*this one was moved")

    def test_damaged_kernel(self):
        self.checkout.kernel.write_text("{")
        self.assert_wrong("kernel .*kernel.json is damaged")

    def test_no_kernel(self):
        self.checkout.kernel.unlink()
        self.assert_wrong("kernel .*kernel.json is missing")

    def test_stale_kernel(self):
        kernel = json.loads(self.checkout.kernel.read_text())
        kernel["env"]["PATH"] = "/usr/bin"
        del kernel["env"]["GOTOOLCHAIN"]
        self.checkout.kernel.write_text(json.dumps(kernel))
        self.assert_wrong("kernel .*it is stale, set-up would now write another PATH, GOTOOLCHAIN")

    def test_kernel_of_another_environment_is_not_stale(self):
        with mock.patch.dict(os.environ, {"PATH": "/elsewhere:/bin", "GOMLX_BACKEND": "go", "PJRT_PLUGIN_LIBRARY_PATH": "/plugins"}):
            setup.write_kernel(self.checkout)
        self.assertEqual(self.diagnose()[0], 0)

    def test_missing_tool(self):
        for tool in co.TOOLS:
            (self.checkout.bin / tool).unlink()
            self.assert_wrong(tool)

    def test_tool_of_another_version(self):
        file = self.checkout.root / "go.mod"
        file.write_text(file.read_text().replace("honnef.co/go/tools v", "honnef.co/go/tools v9"))
        self.assert_wrong("staticcheck .*go.mod wants v9")

    def test_missing_plotly(self):
        self.checkout.plotly.unlink()
        self.assert_wrong("plotly.js")

    def test_go_too_old(self):
        file = self.checkout.root / "go.mod"
        file.write_text(file.read_text().replace("go 1.", "go 9."))
        self.assert_wrong("Go .*older than go.mod's 9")

    def cifar10(self, *path):
        folder = self.checkout.root.joinpath(*path)
        folder.mkdir(parents=True)
        for name, size in doctor.CIFAR10.items():
            (folder / name).touch()
            os.truncate(folder / name, size)
        return folder

    def data(self, place, cache):
        return mock.patch.dict(os.environ, {"RETHINKING_DATA": str(place), "XDG_CACHE_HOME": str(cache), "HOME": str(cache)})

    def test_no_data(self):
        root = self.checkout.root
        with self.data("", root):
            wrong, text = self.diagnose()
        self.assertEqual(wrong, 0, text)
        self.assertRegex(text, r"(?m)^note   CIFAR-10 .*not here yet: it is downloaded .*, or set RETHINKING_DATA to a folder that holds ")
        with self.data(root, root):
            wrong, text = self.diagnose()
        self.assertEqual(wrong, 1, text)
        self.assertRegex(text, r"(?m)^WRONG  CIFAR-10 .*not in .*: set RETHINKING_DATA to .*, or unset it: it is downloaded ")

    @unittest.skipIf(sys.platform == "darwin", "caches lie elsewhere")
    def test_data(self):
        folder = self.cifar10("rethinking", "cifar-10-batches-bin")
        for place in ("", folder, folder.parent):
            with self.data(place, self.checkout.root):
                self.assertRegex(self.diagnose()[1], rf"(?m)^ok     CIFAR-10 +{folder}$")
        os.truncate(folder / "data_batch_3.bin", 1000)
        for place, cure in {"": f"delete {folder}: it is downloaded", folder: "replace it, or set RETHINKING_DATA"}.items():
            with self.data(place, self.checkout.root):
                wrong, text = self.diagnose()
            self.assertEqual(wrong, 1, text)
            self.assertRegex(text, rf"(?m)^WRONG  CIFAR-10 +{folder}/data_batch_3.bin is damaged: {cure}")

    def test_go_is_gone(self):
        self.checkout.toolchain.write_text('{"goroot": "/nowhere", "cc": "no-such-cc"}')
        self.assert_wrong("Go ")
        self.assert_wrong("C compiler +no-such-cc does not build programs")

    def test_python_is_gone(self):
        self.checkout.python.unlink()
        self.assert_wrong("Python")

    def test_package_of_another_version(self):
        file = self.checkout.setup / "requirements.txt"
        file.write_text(file.read_text().replace("\njupyterlab==4.", "\njupyterlab==9."))
        self.assert_wrong("JupyterLab .*9.* is wanted")

    def test_exit_status(self):
        self.checkout.kernel.unlink()
        done = subprocess.run([self.checkout.setup / "doctor"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertTrue(done.stdout.endswith("1 wrong\n"), done.stdout)


if __name__ == "__main__":
    unittest.main()
