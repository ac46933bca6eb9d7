#!/usr/bin/env python3
"""load.py ADDRESS PORT HOST RATE FILE LIMIT: RATE requests a second by schedule, every other one on a connection of its own, until SIGTERM.

Each request is a line of JSON in FILE, written when its outcome is known:
  at      when it was due, in seconds since the epoch (requests are sent by the clock, whether or not earlier ones are answered)
  ms      from then to the end of the answer, or to its loss
  kept    was it sent on a connection that was kept from an earlier request?
  status, version   of the answer; the version is what X-Service-Version says
  lost    instead of those: why there is no answer
The last line is {"sent": N}. It ends by itself after LIMIT seconds.
"""
import asyncio
import collections
import json
import signal
import sys
import time

ANSWER_LIMIT = 10


async def read_answer(reader):
    """Status, version, and may the connection be kept?"""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    status = int(head[0].split()[1])
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    if fields.get("transfer-encoding", "").lower() == "chunked":
        while size := int(await reader.readuntil(b"\r\n"), 16):
            await reader.readexactly(size + 2)
        await reader.readuntil(b"\r\n")
    else:
        await reader.readexactly(int(fields.get("content-length", 0)))
    return status, fields.get("x-service-version", ""), fields.get("connection", "").lower() != "close"


class Load:
    def __init__(self, address, port, host, rate, file, limit):
        self.address, self.port, self.rate, self.file, self.limit = address, port, rate, file, limit
        self.keep = f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        self.close = f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        self.idle = collections.deque()

    def take_idle(self):
        """A kept connection that the other side has not closed, if there is one."""
        while self.idle:
            reader, writer = self.idle.popleft()
            if not reader.at_eof():
                return reader, writer
            writer.close()
        return None

    async def exchange(self, may_keep, told):
        connection = self.take_idle() if may_keep else None
        told["kept"] = connection is not None
        reader, writer = connection or await asyncio.open_connection(self.address, self.port)
        try:
            writer.write(self.keep if may_keep else self.close)
            told["status"], told["version"], kept = await read_answer(reader)
        except BaseException:
            writer.close()
            raise
        if may_keep and kept:
            self.idle.append((reader, writer))
        else:
            writer.close()

    async def request(self, due, may_keep):
        told = {"at": due}
        try:
            await asyncio.wait_for(self.exchange(may_keep, told), ANSWER_LIMIT)
        except (OSError, EOFError, ValueError, IndexError, asyncio.TimeoutError) as failure:
            told["lost"] = f"{type(failure).__name__}: {failure}"
        told["ms"] = round((time.time() - due) * 1000, 1)
        print(json.dumps(told), file=self.file, flush=True)

    async def run(self):
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        begun, sent, requests = time.time(), 0, set()
        while not stop.is_set() and time.time() < begun + self.limit:
            due = begun + sent / self.rate
            await asyncio.sleep(max(0, due - time.time()))
            task = asyncio.create_task(self.request(due, may_keep=sent % 2 == 0))
            requests.add(task)
            task.add_done_callback(requests.discard)
            sent += 1
        await asyncio.gather(*requests)
        print(json.dumps({"sent": sent}), file=self.file, flush=True)


if __name__ == "__main__":
    with open(sys.argv[5], "w", encoding="utf-8") as output:
        asyncio.run(Load(sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4]), output, float(sys.argv[6])).run())
