"""Genesis as the reader; run by the Python of a virtual environment that has it.

`esl_client_genesis.py PORT EVENTS` prints the CPU seconds that the events took.
"""

import asyncio
import sys
import time

from genesis import Inbound


async def main(port: int, wanted: int) -> None:
    got = 0
    done = asyncio.Event()

    def count(event):
        nonlocal got
        got += 1
        if got == wanted:
            done.set()

    async with Inbound("127.0.0.1", port, "secret") as client:
        client.on("*", count)
        began = time.process_time()
        await client.send("event plain ALL")
        await asyncio.wait_for(done.wait(), 120)
        print(time.process_time() - began, flush=True)


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
