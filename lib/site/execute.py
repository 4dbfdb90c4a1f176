"""Executes one notebook, and reports what happens as JSON, a line for each event.

Usage: execute.py NOTEBOOK EXECUTED_COPY FOLDER_OF_THE_KERNEL

Events: {"event": "cell", "cell": 2, "of": 5}, {"event": "status", "text": ...}, {"event": "fatal", "text": ...}.
The copy is written also when a cell fails. When standard input ends (the caller wants to stop, or is gone), the running
cell is interrupted and the kernel shut down. Exit status: 0 done, 3 a cell failed, 4 no kernel, 130 stopped.
"""

import asyncio
import html
import json
import re
import sys
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

GRACE = 12  # seconds between the interrupt and the end of the kernel; GoNB kills a cell 5 s after its interrupt


def tell(**event):
    print(json.dumps(event), flush=True)


class Client(NotebookClient):
    stopped = False
    last_status = 0.0

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
            self.status(content.get("data", {}).get("text/html", ""))
        return super().process_message(msg, cell, cell_index)

    def status(self, text):
        text = " ".join(html.unescape(re.sub("<[^>]*>", " ", text)).split())
        if text and time.monotonic() - self.last_status > 1:
            self.last_status = time.monotonic()
            tell(event="status", text=text)


def main(source, target, folder):
    notebook = nbformat.read(source, as_version=4)
    numbers = {}
    for i, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and cell.source.strip():
            numbers[i] = len(numbers) + 1
    client = Client(
        notebook,
        resources={"metadata": {"path": folder}},
        record_timing=False,
        coalesce_streams=True,
        on_cell_execute=lambda cell, cell_index: client.stopped
        or tell(event="cell", cell=numbers[cell_index], of=len(numbers)),
    )
    try:
        client.execute()
    except CellExecutionError:
        nbformat.write(notebook, target)
        return 130 if client.stopped else 3
    except Exception as err:
        if client.stopped:
            return 130
        tell(event="fatal", text=f"{type(err).__name__}: {err}")
        return 4
    if client.stopped:
        return 130
    nbformat.write(notebook, target)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
