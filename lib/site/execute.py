"""Executes one notebook, and writes a line of progress now and then.

Usage: execute.py NOTEBOOK EXECUTED_COPY FOLDER_OF_THE_KERNEL

The copy is written also when a cell fails. When standard input ends (the caller wants to stop, or is gone), the running
cell is interrupted and the kernel shut down. Exit status: 0 done, 3 a cell failed, 130 stopped; else standard error ends
with the reason.
"""

import asyncio
import html
import os
import re
import subprocess
import sys
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

GRACE = 12  # seconds between the interrupt and the end of the kernel; GoNB kills a cell 5 s after its interrupt
PAUSE = 10  # least seconds between two lines of progress


class Client(NotebookClient):
    stopped = False
    cell_name = ""
    cell_began = told = 0.0  # in seconds of time.monotonic

    async def async_start_new_kernel_client(self):
        client = await super().async_start_new_kernel_client()
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), self.on_stdin)
        return client

    def on_stdin(self):
        if sys.stdin.buffer.read1(1024):
            return
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        self.stopped = True
        self.stopping = asyncio.ensure_future(self.stop())

    async def stop(self):
        await self.km.interrupt_kernel()
        await asyncio.sleep(GRACE)
        await self.km.shutdown_kernel(now=True)

    def process_message(self, msg, cell, cell_index):
        content = msg["content"]
        if "display_id" in content.get("transient", {}):
            self.on_display(content.get("data", {}).get("text/html", ""))
        return super().process_message(msg, cell, cell_index)

    def on_display(self, text):
        text = " ".join(html.unescape(re.sub("<[^>]*>", " ", text)).split())
        if text:
            self.tell(f", {time.monotonic() - self.cell_began:.0f}s: {text}")

    def tell(self, text):
        if time.monotonic() - self.told >= PAUSE:
            self.told = time.monotonic()
            print(self.cell_name + text, flush=True)


def main(source, target, folder):
    notebook = nbformat.read(source, as_version=4)
    codes = [i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code" and cell.source.strip()]

    def on_cell(cell, cell_index):
        client.cell_name = f"{os.path.basename(source)}: cell {codes.index(cell_index) + 1} of {len(codes)}"
        client.cell_began = time.monotonic()
        client.tell("")

    client = Client(
        notebook,
        resources={"metadata": {"path": folder}},
        record_timing=False,
        coalesce_streams=True,
        on_cell_execute=on_cell,
    )
    client.told = time.monotonic()
    try:
        client.execute(stdout=subprocess.DEVNULL)
    except CellExecutionError:
        nbformat.write(notebook, target)
        return 130 if client.stopped else 3
    except Exception as err:
        return 130 if client.stopped else f"{type(err).__name__}: {err}"
    if client.stopped:
        return 130
    nbformat.write(notebook, target)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
